// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// That these compile is half of what they test.
@Suite("Synchronous and asynchronous twins", .timeLimit(.minutes(1)))
struct TwinOverloadTests {
    private let parallel = Parallel(nJobs: 2)
    private let tasks = (0..<3).map { index in delayed { index * index } }
    private let squares = [0, 1, 4]

    @Test("are told apart in a synchronous function")
    func synchronousFunction() throws {
        #expect(try self.parallel(self.tasks) == self.squares)
        #expect(try self.parallel.run(self.tasks) == self.squares)
        #expect(try self.parallel.results(self.tasks).map { try $0.get() } == self.squares)
        #expect(try self.parallel.map(0..<3) { $0 * $0 } == self.squares)
        try self.parallel.forEach(0..<3) { _ in }
        #expect(try self.parallel.reduce(0..<3, 0, +, +) == 3)
        var numbers = [1, 2, 3]
        try self.parallel.forEachChunk(of: &numbers) { span, _ in
            for index in span.indices { span[index] *= 2 }
        }
        #expect(numbers == [2, 4, 6])
        #expect(try self.parallel.withPool { pool in try pool(self.tasks) } == self.squares)
        #expect(try parallelConfig(nJobs: 2) { try Parallel()(self.tasks) } == self.squares)
        #expect(try cancellingOnInterrupt { try self.parallel(self.tasks) } == self.squares)
    }

    @Test("are told apart by await in an asynchronous function")
    func asynchronousFunction() async throws {
        #expect(try await self.parallel(self.tasks) == self.squares)
        #expect(try await self.parallel.run(self.tasks) == self.squares)
        #expect(try await self.parallel.results(self.tasks).map { try $0.get() } == self.squares)
        #expect(try await self.parallel.map(0..<3) { $0 * $0 } == self.squares)
        try await self.parallel.forEach(0..<3) { _ in }
        #expect(try await self.parallel.reduce(0..<3, 0, +, +) == 3)
        var numbers = [1, 2, 3]
        try await self.parallel.forEachChunk(of: &numbers) { span, _ in
            for index in span.indices { span[index] *= 2 }
        }
        #expect(numbers == [2, 4, 6])
        #expect(try await self.parallel.withPool { pool in try await pool(self.tasks) } == self.squares)
        #expect(try await parallelConfig(nJobs: 2) { try await Parallel()(self.tasks) } == self.squares)
        #expect(try await cancellingOnInterrupt { try await self.parallel(self.tasks) } == self.squares)
    }

    @Test("take asynchronous bodies")
    func asynchronousBodies() async throws {
        let squares = try await self.parallel.map(0..<3) { element in
            await Task.yield()
            return element * element
        }
        #expect(squares == self.squares)
        try await self.parallel.forEach(0..<3) { _ in await Task.yield() }
        #expect(try await self.parallel.map(0..<3) { await square($0) } == self.squares)
        #expect(try await self.parallel.map(0..<3, square) == self.squares)
    }

    /// The call syntax is refused here by Swift 6.3.1, which then takes the asynchronous twin; hence `run`.
    @Test("are told apart by name in a synchronous closure of one expression in an asynchronous function")
    func synchronousClosure() async throws {
        let (parallel, tasks) = (self.parallel, self.tasks)
        #expect(try blocking { try parallel.run(tasks) } == self.squares)
        #expect(try blocking { try parallel.map(0..<3) { $0 * $0 } } == self.squares)
        try blocking { try parallel.forEach(0..<3) { _ in } }
        #expect(try blocking { try parallel.reduce(0..<3, 0, +, +) } == 3)
        #expect(try blocking { try parallel.results(tasks) }.count == 3)
        #expect(try blocking { try parallel.withPool { pool in try pool.run(tasks) } } == self.squares)
        #expect(try blocking { try parallelConfig(nJobs: 2) { try Parallel().run(tasks) } } == self.squares)
    }

    @Test("are told apart by statements in a synchronous closure in an asynchronous function")
    func statementClosure() async throws {
        let (parallel, tasks) = (self.parallel, self.tasks)
        let outputs = try blocking {
            let outputs = try parallel(tasks)
            return outputs
        }
        #expect(outputs == self.squares)
    }

    @Test("leave streams alone, which have one form for both")
    func streams() async throws {
        var outputs: [Int] = []
        for try await output in try self.parallel(self.tasks, returnAs: .generator) { outputs.append(output) }
        #expect(outputs == self.squares)

        let stream = try self.parallel.run(self.tasks, returnAs: .generatorUnordered)
        var unordered: Set<Int> = []
        while let output = try blocking({ try stream.next() }) { unordered.insert(output) }
        #expect(unordered == Set(self.squares))
    }
}

private func square(_ value: Int) async -> Int { value * value }

private func blocking<T>(_ body: () throws -> T) rethrows -> T { try body() }

@Sendable
private func square(_ number: Int) -> Int { number * number }

extension TwinOverloadTests {
    @Test("A function that is a value maps, in synchronous and in asynchronous code")
    func functionValues() async throws {
        func squares() throws -> [Int] { try Parallel(nJobs: 2).map(0..<3, square) }
        func texts() throws -> [String] { try Parallel(nJobs: 2).map(0..<3, String.init(describing:)) }
        #expect(try squares() == [0, 1, 4])
        #expect(try texts() == ["0", "1", "2"])
        #expect(try await Parallel(nJobs: 2).map(0..<3, square) == [0, 1, 4])
        let function: @Sendable (Int) -> Int = { number in number + 1 }
        #expect(try await Parallel(nJobs: 2).map(0..<3, function) == [1, 2, 3])
    }
}
