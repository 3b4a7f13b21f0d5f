// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import Testing

@Suite("Results of forked workers", .timeLimit(.minutes(1)))
struct ResultsTests {
    struct Point: Codable, Equatable {
        var x: Double
        var label: String?
        var history: [Int]
    }

    @Test("Plain values come back as they are, in order", arguments: [1, 2, 7])
    func plain(_ nJobs: Int) throws {
        let call = Parallel(nJobs: nJobs, backend: .multiprocessing)
        #expect(try call.map(0..<1000) { $0 * 3 } == (0..<1000).map { $0 * 3 })
        let pairs = try call.map(0..<100) { ($0, Double($0) / 2) }
        let areRight = pairs.enumerated().allSatisfy { $1.0 == $0 && $1.1 == Double($0) / 2 }
        #expect(areRight)
        #expect(
            try call.map(0..<3) { _ in Double.nan.bitPattern } == [Double](repeating: .nan, count: 3).map(\.bitPattern)
        )
        #expect(try call.map(0..<0) { $0 } == [])
    }

    @Test("Codable values come back")
    func codable() throws {
        let points = try forking.map(0..<500) {
            Point(x: Double($0), label: $0 % 2 == 0 ? "p\($0)" : nil, history: [$0])
        }
        let expected = (0..<500).map { Point(x: Double($0), label: $0 % 2 == 0 ? "p\($0)" : nil, history: [$0]) }
        #expect(points == expected)
        #expect(try forking.map(0..<3) { ["a": [$0], "ü": []] } == (0..<3).map { ["a": [$0], "ü": []] })
        #expect(try forking.map(0..<4) { $0 % 2 == 0 ? "even" : nil } == ["even", nil, "even", nil])
    }

    struct Frame: Codable, Equatable {
        struct Channel: Codable, Equatable {
            var samples: [Float]
            var missing: [Int32]?
        }

        var name: String
        var channels: [Channel]
        var matrix: [[Double]]
        var byName: [String: [UInt8]]

        init(_ index: Int) {
            self.name = "frame \(index)"
            self.channels = [
                Channel(samples: [Float](repeating: Float(index), count: 1 << 18), missing: nil),
                Channel(samples: [1, 2], missing: [Int32](repeating: -1, count: 1 << 17)),
            ]
            self.matrix = [[Double](repeating: Double(index), count: 1 << 17), [], [.infinity]]
            self.byName = ["bytes": [UInt8](repeating: UInt8(index), count: 1 << 20)]
        }
    }

    /// How many bytes this process has read from pipes and files.
    private static func readByteCount() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/io", encoding: .utf8)
        return try #require(text.split(separator: "\n").first?.split(separator: " ").last.flatMap { Int($0) })
    }

    @Test("Large arrays in results come back whole, at any depth, and through no pipe")
    func largeArrays() throws {
        let before = try Self.readByteCount()
        let frames = try forking.map(0..<12) { Frame($0) }
        #expect(try Self.readByteCount() - before < 1 << 20)
        #expect(frames == (0..<12).map { Frame($0) })
        #expect(frames[11].matrix[0].count == 1 << 17)
        let rows = try forking.map(0..<4) { index in [[Int](repeating: index, count: 1 << 17), [index]] }
        #expect(rows == (0..<4).map { [[Int](repeating: $0, count: 1 << 17), [$0]] })
    }

    @Test("Lists and streams of results with large arrays, also lazily read ones")
    func largeArraysInStreams() throws {
        let before = try Self.readByteCount()
        let tasks = (0..<6).map { index in delayed { Frame(index) } }
        #expect(try forking(tasks) == (0..<6).map { Frame($0) })
        #expect(try forking.results(tasks).map { try $0.get() } == (0..<6).map { Frame($0) })
        let stream = try forking(tasks.lazy.map { $0 }, returnAs: .generator)
        for index in 0..<6 { #expect(try stream.next() == Frame(index)) }
        #expect(try Self.readByteCount() - before < 1 << 20)
    }

    @Test("A worker that dies after it has lent an array has its task run again, or lost nothing")
    func lentByTheDying() throws {
        let counters = try SharedCounters()
        let call = Parallel(nJobs: 2, backend: .multiprocessing, batchSize: 1)
        let results = try call.results(
            (0..<8)
                .map { index in
                    delayed { () -> Frame in
                        counters.add(index)
                        if index % 4 == 3, counters.value(index) == 1 { kill(getpid(), SIGKILL) }
                        return Frame(index)
                    }
                }
        )
        #expect(try results.map { try $0.get() } == (0..<8).map { Frame($0) })
    }

    @Test("Nothing comes back as nothing")
    func void() throws {
        let counters = try SharedCounters()
        try forking.forEach(0..<300) { _ in counters.add(0) }
        #expect(counters.value(0) == 300)
    }

    @Test("Tasks run in other processes than the caller's, as many as there are jobs", arguments: [1, 2, 4])
    func processes(_ nJobs: Int) throws {
        let pids = Set(try Parallel(nJobs: nJobs, backend: .multiprocessing).map(0..<100) { _ in getpid() })
        #expect(!pids.contains(getpid()))
        #expect(pids.count <= nJobs)
    }

    @Test("What a task changes in memory the caller does not see")
    func isolation() throws {
        // SAFETY: each process has its own, which one thread touches.
        final class Box: @unchecked Sendable { var value = 0 }
        let box = Box()
        let seen = try forking.map(0..<10) { _ in
            box.value += 1
            return box.value
        }
        #expect(box.value == 0)
        #expect(seen.allSatisfy { $0 > 0 })
    }

    @Test("Tasks that are read lazily, and all dispatched at once, share the workers")
    func allAtOnce() throws {
        let forking = Parallel(nJobs: 2, backend: .multiprocessing, preDispatch: .all)
        let tasks = (0..<500).lazy.map { _ in delayed { getpid() } }
        #expect(Set(try forking(tasks)).count <= 2)
        #expect(Set(try forking.results(tasks).map { try $0.get() }).count <= 2)
    }

    @Test("Lists, read at once or lazily, come back in order")
    func lists() throws {
        #expect(try forking((0..<300).map { index in delayed { "\(index)" } }) == (0..<300).map { "\($0)" })
        #expect(try forking((0..<300).lazy.map { index in delayed { index } }) == Array(0..<300))
    }

    @Test("Streams come back, in order or as they come", arguments: [GeneratorKind.generator, .generatorUnordered])
    func streams(_ kind: GeneratorKind) throws {
        let stream = try forking((0..<300).lazy.map { index in delayed { index } }, returnAs: kind)
        var outputs: [Int] = []
        while let output = try stream.next() { outputs.append(output) }
        #expect(outputs.sorted() == Array(0..<300))
        if kind == .generator { #expect(outputs == Array(0..<300)) }
    }

    @Test("Asynchronous callers get the same")
    func asynchronous() async throws {
        let mapped = try await forking.map(0..<100) { $0 + 1 }
        #expect(mapped == Array(1...100))
        let listed = try await forking.run((0..<100).lazy.map { index in delayed { index } })
        #expect(listed == Array(0..<100))
    }

    @Test("An array is changed in place")
    func chunks() throws {
        var numbers = Array(0..<10_000)
        try forking.forEachChunk(of: &numbers) { span, _ in
            for index in span.indices { span[index] *= 2 }
        }
        #expect(numbers == (0..<10_000).map { $0 * 2 })
    }

    @Test("Parts are combined in order")
    func reduce() throws {
        let add: @Sendable (Double, Int) -> Double = { sum, number in sum + 1 / Double(number + 1) }
        let sum = try forking.reduce(0..<100_000, 0, add, +)
        #expect(try sum == Parallel(nJobs: 1, backend: "sequential").reduce(0..<100_000, 0, add, +))
    }

    @Test("A result that cannot come back is refused before a worker is forked")
    func refused() throws {
        struct Secret { let body: () -> Void }
        let counters = try SharedCounters()
        let error = try refusal {
            try forking.map(0..<10) { _ in
                counters.add(0)
                return Secret {}
            }
        }
        #expect(error.code == .resultNotCodable)
        #expect(error.detail.contains("Secret"))
        #expect(counters.value(0) == 0)
    }

    @Test("Asynchronous bodies are refused")
    func bodies() async throws {
        let error = await #expect(throws: ParallelError.self) {
            _ = try await forking.map(0..<10) { index in
                await Task.yield()
                return index
            }
        }
        #expect(error?.code == .unsupportedOption)
    }

    @Test("Tasks know what they are")
    func context() throws {
        let seen = try forking.map(0..<50) { _ in
            let context = TaskContext.current!
            return [context.index, context.attempt, context.workerIndex]
        }
        #expect(seen.map { $0[0] } == Array(0..<50))
        #expect(seen.allSatisfy { $0[1] == 1 && (0..<2).contains($0[2]) })
        let lazily = try forking((0..<50).lazy.map { _ in delayed { TaskContext.current!.index } })
        #expect(lazily == Array(0..<50))
    }

    @Test("Random numbers are those of every other backend")
    func seeds() throws {
        let draw: @Sendable (Int) -> UInt64 = { _ in TaskContext.current!.randomNumberGenerator.next() }
        let here = try Parallel(nJobs: 2, backend: "threading", seed: 7).map(0..<20, draw)
        #expect(try Parallel(nJobs: 2, backend: .multiprocessing, seed: 7).map(0..<20, draw) == here)
    }

    @Test("Loops inside of tasks run in the worker, on threads where the budget has room")
    func nested() throws {
        let sums = try forking.map(0..<4) { outer in
            try Parallel(nJobs: -1).map(0..<50) { $0 * outer }.reduce(0, +)
        }
        #expect(sums == (0..<4).map { $0 * 1225 })
        let jobs = try Parallel(nJobs: 4, backend: .multiprocessing)
            .map(0..<2) { _ in
                try Set(
                    Parallel(nJobs: -1, batchSize: 1)
                        .map(0..<64) { _ in
                            usleep(1000)
                            return UInt(pthread_self())
                        }
                )
                .count
            }
        #expect(jobs.allSatisfy { $0 == 2 })
    }
}
