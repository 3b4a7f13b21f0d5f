// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibCore
import JoblibWire
import Synchronization
import Testing

@Suite("Tasks that travel", .timeLimit(.minutes(1)))
struct PortableLoopTests {
    private func call(
        _ nJobs: Int = 2,
        on backend: Loopback = Loopback(),
        timeout: Duration? = nil,
        preDispatch: PreDispatch = "2*n_jobs",
        batchSize: BatchSize = .auto,
        seed: UInt64? = nil,
        retries: Int = 0
    ) -> Parallel {
        Parallel(
            nJobs: nJobs,
            backend: .instance(backend),
            timeout: timeout,
            preDispatch: preDispatch,
            batchSize: batchSize,
            seed: seed,
            retries: retries
        )
    }

    @Test("Lists come back in order, from arrays and lazy sequences, in batches of any size", arguments: [1, 2, 5])
    func lists(_ nJobs: Int) throws {
        let squares = (0..<1000).map { $0 * $0 }
        for size in [BatchSize.auto, 1, 7, 5000] {
            #expect(try call(nJobs, batchSize: size)((0..<1000).map { Delayed(Square(number: $0)) }) == squares)
            #expect(try call(nJobs, batchSize: size)((0..<1000).lazy.map { Delayed(Square(number: $0)) }) == squares)
        }
        #expect(try call(nJobs)([Delayed<Int>]()) == [])
        #expect(try call(nJobs)((0..<0).lazy.map { Delayed(Square(number: $0)) }) == [])
        let texts = try call(nJobs, preDispatch: .all)((0..<100).lazy.map { Delayed(Label(number: $0)) })
        #expect(texts == (0..<100).map { "no. \($0)" })
    }

    @Test("Asynchronous callers get the same")
    func asynchronous() async throws {
        let squares = (0..<500).map { $0 * $0 }
        #expect(try await call()((0..<500).map { Delayed(Square(number: $0)) }) == squares)
        #expect(try await call()((0..<500).lazy.map { Delayed(Square(number: $0)) }) == squares)
        let results = try await call().results((0..<500).map { Delayed(Square(number: $0)) })
        #expect(try results.map { try $0.get() } == squares)
        var streamed: [Int] = []
        let stream = try call()((0..<500).map { Delayed(Square(number: $0)) }, returnAs: .generator)
        for try await square in stream { streamed.append(square) }
        #expect(streamed == squares)
    }

    @Test("Streams yield every output, in order or as they come")
    func streams() throws {
        for nJobs in [1, 3] {
            let ordered = try call(nJobs)((0..<300).lazy.map { Delayed(Square(number: $0)) }, returnAs: .generator)
            var outputs: [Int] = []
            while let output = try ordered.next() { outputs.append(output) }
            #expect(outputs == (0..<300).map { $0 * $0 })
            let unordered = try call(nJobs)(
                (0..<300).map { Delayed(Square(number: $0)) },
                returnAs: .generatorUnordered
            )
            outputs = []
            while let output = try unordered.next() { outputs.append(output) }
            #expect(outputs.sorted() == (0..<300).map { $0 * $0 })
        }
    }

    @Test("A consumer that stops stops the input")
    func pressure() throws {
        let read = Counter()
        let tasks = (0..<10_000).lazy
            .map { index in
                read.add()
                return Delayed(Square(number: index))
            }
        let stream = try call(2, batchSize: 3)(tasks, returnAs: .generator)
        for _ in 0..<5 { _ = try stream.next() }
        // Five results are of two batches; the window holds four, and what it holds was read.
        #expect(read.value <= (2 + 4) * 3)
    }

    @Test("An error arrives as itself if it is Codable, with the task's index, arguments and worker")
    func errors() throws {
        for size in [1, 4] {
            let failure = try #require(throws: TaskFailure.self) {
                try call(2, batchSize: .init(integerLiteral: size))(
                    (0..<20).map { Delayed(Failing(number: $0, failing: [13])) }
                )
            }
            #expect(failure.index == 13 && failure.reason == .threw && failure.attempt == 1)
            #expect(failure.underlyingError as? Mishap == Mishap(number: 13))
            #expect(failure.arguments.hasPrefix("13, "), "\(failure.arguments)")
            #expect(
                failure.worker == .init(host: failure.worker.host, pid: Int(ProcessInfo.processInfo.processIdentifier))
            )
        }
        let plain = try #require(throws: TaskFailure.self) {
            try call()((0..<20).map { Delayed(Failing(number: $0, failing: [3], way: .plain)) })
        }
        #expect((plain.underlyingError as? RemoteError)?.typeName.contains("PlainMishap") == true)
    }

    @Test("results keeps going, whatever fails")
    func results() throws {
        let results = try call(3).results((0..<50).lazy.map { Delayed(Failing(number: $0, failing: [0, 7, 49])) })
        #expect(results.count == 50)
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let output): #expect(output == index && ![0, 7, 49].contains(index))
            case .failure(let failure): #expect(failure.index == index && [0, 7, 49].contains(index))
            }
        }
    }

    @Test("A generator yields what comes before a failure, then throws it")
    func failingStream() throws {
        let tasks = (0..<20).map { Delayed(Failing(number: $0, failing: [11])) }
        let stream = try call(2, batchSize: 4)(tasks, returnAs: .generator)
        var outputs: [Int] = []
        let failure = #expect(throws: TaskFailure.self) {
            while let output = try stream.next() { outputs.append(output) }
        }
        #expect(failure?.index == 11)
        #expect(outputs == Array(0..<11))
        #expect(try stream.next() == nil)
    }

    @Test("A task that throws is tried again, with the same random numbers as anywhere")
    func retries() throws {
        let outputs = try call(2, retries: 2)((0..<10).map { Delayed(Eventual(number: $0, attempts: 3)) })
        #expect(outputs == (0..<10).map { [$0, 3, $0] })
        let failure = try #require(throws: TaskFailure.self) {
            try call(2, retries: 1)((0..<10).map { Delayed(Eventual(number: $0, attempts: 3)) })
        }
        #expect(failure.attempt == 2 && failure.underlyingError as? Mishap == Mishap(number: 2))
        let here = try Parallel(nJobs: 1, seed: 7)((0..<20).map { _ in Delayed(Random()) })
        #expect(try call(3, seed: 7)((0..<20).map { _ in Delayed(Random()) }) == here)
    }

    @Test("Loops inside of tasks run in their worker")
    func nested() throws {
        let rows = try call()((1..<6).map { Delayed(Nested(rows: $0)) })
        #expect(rows == (1..<6).map { rows in (0..<rows).map { $0 * rows } })
    }

    @Test("A task past its time limit fails, and its neighbours run elsewhere")
    func timeouts() throws {
        let results = try call(2, timeout: .milliseconds(200), batchSize: 4)
            .results((0..<8).map { Delayed(Endless(number: $0)) })
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let output): #expect(output == index)
            case .failure(let failure): #expect(index == 1 && failure.reason == .timedOut)
            }
        }
        #expect(results.count { (try? $0.get()) == nil } == 1)
    }
}

/// A number that several threads count up.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { self.count.load(ordering: .relaxed) }

    func add() { self.count.add(1, ordering: .relaxed) }
}
