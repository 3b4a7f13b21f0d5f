// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import Testing

@testable import JoblibCluster
@testable import JoblibWorkers

/// What `[UInt8]` and `[Double]` have for their elements.
private let (bytesCode, doublesCode) = (ArrivingArray.code(of: [UInt8]()) ?? 0, ArrivingArray.code(of: [1.0]) ?? 0)

@Suite("Large results that come before their answers")
struct ArrivingResultsTests {
    private let memory = BackedAhead()

    private static func announced(_ number: UInt64, _ byteCount: UInt64, _ code: UInt8 = bytesCode) -> ResultArray {
        ResultArray(elementCode: code, number: number, byteCount: byteCount)
    }

    private static func append(
        _ bytes: [UInt8],
        _ results: inout ArrivingResults,
        _ batch: BatchNumber
    ) throws {
        try results.append(bytes.span.bytes, to: batch)
    }

    @Test("are whole when their bytes have come, in any pieces, and several for one answer")
    func whole() throws {
        var results = ArrivingResults(self.memory)
        let numbers = (0..<1000).map { Double($0) }
        let bytes = numbers.withUnsafeBytes { Array($0) }
        for size in [1, 7, 8, 4096, 8000] {
            try results.begin(Self.announced(1, 8000, doublesCode), of: 5, isWanted: true)
            for start in stride(from: 0, to: 8000, by: size) {
                #expect(results.byteCount == start)
                try Self.append(Array(bytes[start..<min(start + size, 8000)]), &results, 5)
            }
            try results.begin(Self.announced(2, 3), of: 5, isWanted: true)
            try Self.append([1, 2, 3], &results, 5)
            // Another one's answer may come meanwhile, and end.
            #expect(try results.take(of: 6).isEmpty)
            results.forget(6)
            let taken = try results.take(of: 5)
            #expect(taken.map(\.number) == [1, 2] && taken.map(\.byteCount) == [8000, 3])
            #expect(taken.first?.array as? [Double] == numbers && taken.last?.array as? [UInt8] == [1, 2, 3])
            #expect(results.byteCount == 0)
        }
        #expect(try results.take(of: 5).isEmpty)
    }

    @Test("that nobody wants are not kept")
    func unwanted() throws {
        var results = ArrivingResults(self.memory)
        try results.begin(Self.announced(1, 3), of: 5, isWanted: false)
        try Self.append([1, 2], &results, 5)
        #expect(results.byteCount == 0)
        #expect(throws: ArrivingResults.Nonsense.self) { try Self.append([3, 4], &results, 5) }
        try Self.append([3], &results, 5)
        #expect(try results.take(of: 5).isEmpty)
        try results.begin(Self.announced(2, 3), of: 5, isWanted: true)
        try Self.append([1, 2], &results, 5)
        results.forget(5)
        #expect(results.byteCount == 0)
        #expect(throws: ArrivingResults.Nonsense.self) { try Self.append([3], &results, 5) }
    }

    @Test("that were called off may be left out, and nothing is kept of the others")
    func calledOff() throws {
        var results = ArrivingResults(self.memory)
        try results.begin(Self.announced(1, 2), of: 5, isWanted: true)
        try Self.append([1, 2], &results, 5)
        try results.begin(Self.announced(2, 1 << 20), of: 5, isWanted: true)
        try Self.append([1, 2, 3], &results, 5)
        for number in 3...4 as ClosedRange<UInt64> {
            try results.begin(Self.announced(number, 1 << 20), of: 5, isWanted: false)
            #expect(results.byteCount == 0 && results.batch == 5)
        }
        // Those of others are not.
        #expect(throws: ArrivingResults.Nonsense.self) {
            try results.begin(Self.announced(1, 1), of: 6, isWanted: false)
        }
        results.forget(5)
        try results.begin(Self.announced(1, 1), of: 6, isWanted: true)
    }

    @Test("are refused that cannot be")
    func nonsense() throws {
        var results = ArrivingResults(self.memory)
        func refuses(_ array: ResultArray) -> Bool { (try? results.begin(array, of: 5, isWanted: true)) == nil }
        for byteCount in [0, 1 << 32, 1 << 63, .max] as [UInt64] { #expect(refuses(Self.announced(1, byteCount))) }
        for number in 0..<1 << 14 as Range<UInt64> {
            try results.begin(Self.announced(number, 1), of: 4, isWanted: true)
            try Self.append([0], &results, 4)
        }
        #expect(throws: ArrivingResults.Nonsense.self) {
            try results.begin(Self.announced(0, 1), of: 4, isWanted: true)
        }
        results.forget(4)
        for code in [0, 11, 255] as [UInt8] { #expect(refuses(Self.announced(1, 8, code))) }
        #expect(refuses(Self.announced(1, 12, doublesCode)))
        #expect(throws: ArrivingResults.Nonsense.self) { try Self.append([1], &results, 5) }
        try results.begin(Self.announced(1, 2), of: 5, isWanted: true)
        #expect(refuses(Self.announced(2, 2)), "the last one is not whole")
        try Self.append([1], &results, 5)
        #expect(throws: ArrivingResults.Nonsense.self) { _ = try results.take(of: 5) }
        try results.begin(Self.announced(1, 1 << 31), of: 6, isWanted: false)
        #expect(refuses(Self.announced(1, 1)), "the answer to another batch has not come")
        #expect(throws: ArrivingResults.Nonsense.self) { try Self.append([1, 2, 3], &results, 7) }
    }
}

@Suite("What a worker tells of its large results")
struct PlacedArrayTests {
    @Test("stands behind the answer, and comes off again; fewer than that many are none")
    func coding() {
        let arrays = (1...3).map { PlacedArray(elementCode: 10, number: $0, offset: $0 << 42, byteCount: 8 * $0) }
        for count in 0...3 {
            var answer = [7, 8, 9] + PlacedArray.encoded(Array(arrays[..<count]))
            #expect(PlacedArray.take(count, from: &answer) == Array(arrays[..<count]))
            #expect(answer == [7, 8, 9])
        }
        for count in [1, -1, 1 << 40, .max] {
            var answer: [UInt8] = Array(repeating: 0, count: 40)
            // The first one's number is 0, and so many are not there.
            #expect(PlacedArray.take(count, from: &answer) == nil)
        }
    }

    @Test("lets their places be used again up to the first that somebody reads")
    func ledger() {
        var ledger = PlacedLedger()
        func note(_ told: Int, _ reading: [Int]) -> Bool { ledger.note(told: told, reading: reading) }
        #expect(note(2, []))
        #expect(ledger.takenCount == 2)
        #expect(note(5, [3, 5]))
        #expect(ledger.takenCount == 2)
        #expect(note(6, [6]))
        #expect(ledger.takenCount == 2 && !ledger.isEmpty)
        ledger.release(5)
        #expect(ledger.takenCount == 2)
        ledger.release(3)
        #expect(ledger.takenCount == 5)
        ledger.release(6)
        #expect(ledger.takenCount == 6 && ledger.isEmpty)
        // Of one that is had already, that is not told of, or twice.
        for (told, reading) in [(7, [6]), (7, [8]), (9, [8, 8])] { #expect(!note(told, reading)) }
    }
}
