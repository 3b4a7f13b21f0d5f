// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("map, forEach, reduce and forEachChunk", .timeLimit(.minutes(1)))
struct CollectionLoopsTests {
    static let counts = [0, 1, 2, 3, 7, 64, 65, 1000]

    // MARK: - map

    @Test("map returns one result per element, in order", arguments: LoopCase.all, counts)
    func mapKeepsOrder(_ loop: LoopCase, _ count: Int) throws {
        let results = try loop.parallel().map(0..<count) { $0 * 3 }
        #expect(results == (0..<count).map { $0 * 3 })
    }

    @Test("map calls the body once per element, whatever the batch size", arguments: LoopCase.all, [1, 3, 1000])
    func mapCallsOnce(_ loop: LoopCase, _ batchSize: Int) throws {
        let seen = Recorder<Int>()
        _ = try loop.parallel(batchSize: BatchSize(batchSize)).map(0..<100) { seen.note($0) }
        #expect(seen.all.sorted() == Array(0..<100))
    }

    @Test("map keeps the order when the first elements are the last to finish")
    func mapKeepsOrderOfStragglers() throws {
        let others = Tally()
        let results = try Parallel(nJobs: 4, batchSize: 1)
            .map(0..<20) { index in
                if index == 0 { try others.reach(19) } else { others.add() }
                return index
            }
        #expect(results == Array(0..<20))
    }

    @Test("map works on a slice whose indices do not start at 0", arguments: LoopCase.all)
    func mapSlice(_ loop: LoopCase) throws {
        let slice = Array(0..<100)[40..<60]
        #expect(try loop.parallel().map(slice) { $0 } == Array(40..<60))
    }

    @Test("map works on a collection whose index is not a number", arguments: LoopCase.all)
    func mapForeignIndex(_ loop: LoopCase) throws {
        let letters = Letters(text: "parallel")
        #expect(try loop.parallel().map(letters) { String($0) }.joined() == "parallel")
        #expect(try loop.parallel().map(letters[letters.position(3)...]) { String($0) }.joined() == "allel")
    }

    @Test("map works on a reversed and on a repeated collection", arguments: LoopCase.all)
    func mapViews(_ loop: LoopCase) throws {
        #expect(try loop.parallel().map((0..<50).reversed()) { $0 } == (0..<50).reversed())
        #expect(try loop.parallel().map(repeatElement("x", count: 9)) { $0 } == Array(repeating: "x", count: 9))
    }

    @Test("map returns closures", arguments: LoopCase.all)
    func mapToClosures(_ loop: LoopCase) throws {
        let functions = try loop.parallel().map(0..<20) { index in { (number: Int) in number + index } }
        #expect(functions.enumerated().map { $0.element($0.offset) } == (0..<20).map { 2 * $0 })
    }

    @Test("map returns objects that are not Sendable", arguments: LoopCase.all)
    func mapToObjects(_ loop: LoopCase) throws {
        let boxes = try loop.parallel().map(0..<20) { Box($0) }
        boxes[3].value += 100
        #expect(boxes.map(\.value) == (0..<20).map { $0 == 3 ? 103 : $0 })
    }

    @Test("A million elements come back in order", arguments: LoopCase.all)
    func million(_ loop: LoopCase) throws {
        let results = try loop.parallel().map(0..<1_000_000) { $0 &+ 1 }
        #expect(results.count == 1_000_000)
        #expect(results.elementsEqual(1...1_000_000))
    }

    // MARK: - forEach

    @Test("forEach calls the body once per element", arguments: LoopCase.all, counts)
    func forEachCallsOnce(_ loop: LoopCase, _ count: Int) throws {
        let seen = Recorder<Int>()
        try loop.parallel().forEach(0..<count) { seen.note($0) }
        #expect(seen.all.sorted() == Array(0..<count))
    }

    @Test("The sequential backend goes in order, whatever nJobs is")
    func sequentialOrder() throws {
        let seen = Recorder<Int>()
        try Parallel(nJobs: 16, backend: "sequential").forEach(0..<100) { seen.note($0) }
        #expect(seen.all == Array(0..<100))
    }

    // MARK: - reduce

    @Test("reduce of no element is the identity", arguments: LoopCase.all)
    func reduceNothing(_ loop: LoopCase) throws {
        #expect(try loop.parallel().reduce([Int](), 42, { $0 + $1 }, { $0 + $1 }) == 42)
    }

    @Test("reduce combines every element once", arguments: LoopCase.all, counts + [5000])
    func reduceSums(_ loop: LoopCase, _ count: Int) throws {
        let sum = try loop.parallel().reduce(0..<count, 0, { $0 + $1 }, { $0 + $1 })
        #expect(sum == (0..<count).reduce(0, +))
    }

    @Test("reduce combines the parts in order", arguments: LoopCase.all)
    func reduceOrder(_ loop: LoopCase) throws {
        let numbers = Array(0..<3000)[7...]
        let joined = try loop.parallel()
            .reduce(
                numbers,
                [Int](),
                { (list: [Int], number: Int) -> [Int] in list + [number] },
                { (left: [Int], right: [Int]) -> [Int] in left + right }
            )
        #expect(joined == Array(numbers))
    }

    @Test("A floating-point sum has the same bits for every nJobs, batch size and backend")
    func reduceFloatingPoint() throws {
        let numbers = (1...100_000).map { 1 / Double($0) }
        var sums: Set<UInt64> = []
        for loop in LoopCase.all {
            for batchSize in [BatchSize.auto, 1, 77] {
                let sum: Double = try loop.parallel(batchSize: batchSize).reduce(numbers, 0, { $0 + $1 }, { $0 + $1 })
                sums.insert(sum.bitPattern)
            }
        }
        #expect(sums.count == 1)
    }

    // MARK: - forEachChunk

    @Test("forEachChunk changes every element once", arguments: LoopCase.all, counts + [5000])
    func chunks(_ loop: LoopCase, _ count: Int) throws {
        var numbers = Array(0..<count)
        try loop.parallel()
            .forEachChunk(of: &numbers) { span, range in
                for offset in span.indices { span[offset] += 1000 * (range.lowerBound + offset) }
            }
        #expect(numbers == (0..<count).map { 1001 * $0 })
    }

    @Test("The chunks of an array depend on its length alone")
    func chunksAreFixed() throws {
        let chunks = try LoopCase.all.map { loop in
            let seen = Recorder<Range<Int>>()
            var numbers = [UInt8](repeating: 0, count: 12_345)
            try loop.parallel().forEachChunk(of: &numbers) { _, range in seen.note(range) }
            return seen.all.sorted { $0.lowerBound < $1.lowerBound }
        }
        #expect(Set(chunks).count == 1)
        #expect(chunks[0].first?.lowerBound == 0)
        #expect(chunks[0].last?.upperBound == 12_345)
        #expect(zip(chunks[0], chunks[0].dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }

    @Test("A chunk has batchSize elements, the last one what is left", arguments: LoopCase.all)
    func chunksOfBatchSize(_ loop: LoopCase) throws {
        let seen = Recorder<Range<Int>>()
        var numbers = [Double](repeating: 0, count: 10)
        try loop.parallel(batchSize: 4)
            .forEachChunk(of: &numbers) { span, range in
                seen.note(range)
                if span.count != range.count { throw Mishap() }
            }
        #expect(seen.all.sorted { $0.lowerBound < $1.lowerBound } == [0..<4, 4..<8, 8..<10])
    }
}

/// A collection of characters whose indices are no numbers.
private struct Letters: RandomAccessCollection, Sendable {
    struct Index: Comparable, Sendable {
        let mark: String

        static func < (left: Index, right: Index) -> Bool { left.mark.utf8.count < right.mark.utf8.count }
    }

    private let characters: [Character]

    init(text: String) {
        self.characters = Array(text)
    }

    func position(_ offset: Int) -> Index { Index(mark: String(repeating: "|", count: offset)) }

    var startIndex: Index { self.position(0) }
    var endIndex: Index { self.position(self.characters.count) }
    subscript(index: Index) -> Character { self.characters[index.mark.utf8.count] }
    func index(after index: Index) -> Index { self.position(index.mark.utf8.count + 1) }
    func index(before index: Index) -> Index { self.position(index.mark.utf8.count - 1) }
    func distance(from start: Index, to end: Index) -> Int { end.mark.utf8.count - start.mark.utf8.count }

    func index(_ index: Index, offsetBy distance: Int) -> Index {
        self.position(index.mark.utf8.count + distance)
    }
}

private final class Box {
    var value: Int

    init(_ value: Int) {
        self.value = value
    }
}
