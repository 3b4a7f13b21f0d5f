// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Failures of forked workers", .timeLimit(.minutes(1)))
struct FailuresTests {
    private enum Private: Error, Codable, Equatable { case mishap }

    @Test("A Codable error arrives as itself, also one that is private to a file")
    func codable() throws {
        let failure = try taskFailure { try forking.map(0..<10) { if $0 == 4 { throw Mishap.number(4) } } }
        #expect(failure.underlyingError as? Mishap == .number(4))
        #expect(failure.index == 4 && failure.reason == .threw && failure.arguments == "4" && failure.attempt == 1)
        #expect(failure.worker.pid != Int(getpid()))
        let hidden = try taskFailure { try forking.map(0..<10) { if $0 == 4 { throw Private.mishap } } }
        #expect(hidden.underlyingError as? Private == .mishap)
    }

    @Test("Another error arrives as what is left of it")
    func opaque() throws {
        let failure = try taskFailure { try forking.map(0..<10) { if $0 == 4 { throw Opaque {} } } }
        let error = try #require(failure.underlyingError as? RemoteError)
        #expect(error.typeName.hasSuffix("Opaque") && error.description == "an opaque mishap")
    }

    @Test("The failure of a nested loop arrives inside of the outer one")
    func nested() throws {
        let failure = try taskFailure {
            try forking.map(0..<4) { outer in
                try Parallel(nJobs: 1).forEach(0..<4) { if outer == 2, $0 == 3 { throw Mishap.text("inner") } }
            }
        }
        let inner = try #require(failure.underlyingError as? TaskFailure)
        #expect(failure.index == 2 && inner.index == 3)
        #expect(inner.underlyingError as? Mishap == .text("inner"))
    }

    @Test("A stream throws in its place, and a list that keeps going has it among the others")
    func otherForms() throws {
        let tasks = (0..<20)
            .map { index in
                delayed { () throws -> Int in
                    if index == 7 { throw Mishap.number(index) }
                    return index
                }
            }
        let stream = try forking(tasks, returnAs: .generator)
        for index in 0..<7 { #expect(try stream.next() == index) }
        #expect(try taskFailure { try stream.next() }.index == 7)

        let results = try forking.results(tasks)
        #expect(results.count == 20)
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let output): #expect(output == index && index != 7)
            case .failure(let failure): #expect(index == 7 && failure.underlyingError as? Mishap == .number(7))
            }
        }
        let lazily = try forking.results(tasks.lazy.map { $0 })
        #expect(lazily.count == 20 && lazily.filter { (try? $0.get()) == nil }.count == 1)
    }

    @Test("Attempts are made as often as was asked for")
    func retries() throws {
        let call = Parallel(nJobs: 2, backend: .multiprocessing, retries: 2)
        let attempts = try call.map(0..<6) { index in
            if TaskContext.current!.attempt <= index % 3 { throw Mishap.number(index) }
            return TaskContext.current!.attempt
        }
        #expect(attempts == [1, 2, 3, 1, 2, 3])
        let failure = try taskFailure { try call.map(0..<6) { if $0 == 5 { throw Mishap.number($0) } } }
        #expect(failure.attempt == 3)
    }

    struct Unencodable: Codable {
        var number: Int
        var text = ""

        func encode(to encoder: any Encoder) throws {
            if self.number == 3 { throw Mishap.text("encode") }
            if self.number == 103 { fatalError("in encode") }
            try self.number.encode(to: encoder)
        }

        init(number: Int) { self.number = number }

        init(from decoder: any Decoder) throws {
            let number = try Int(from: decoder)
            if number == 203 { throw Mishap.text("decode") }
            self.init(number: number)
        }
    }

    @Test("A result that cannot be encoded, or decoded, is its task's failure")
    func encoding() throws {
        let encode = try taskFailure { try forking.map(0..<10) { Unencodable(number: $0) } }
        #expect(encode.index == 3 && encode.reason == .notEncodable)
        #expect(encode.underlyingError as? Mishap == .text("encode"))
        let trap = try taskFailure { try forking.map(100..<110) { Unencodable(number: $0) } }
        #expect(trap.index == 3 && trap.reason.signal != nil)
        let decode = try taskFailure { try forking.map(200..<210) { Unencodable(number: $0) } }
        #expect(decode.index == 3 && decode.reason == .notDecodable)
        // The workers are as good as before.
        #expect(try forking.map(0..<3) { $0 } == [0, 1, 2])
    }

    @Test("An initialiser runs once in each worker, and ends the call when it throws")
    func initializer() throws {
        let counters = try SharedCounters()
        let setUp = delayed { counters.add(0) }
        _ = try Parallel(nJobs: 2, backend: .multiprocessing, backendParams: [.initializer(setUp)]).map(0..<50) { $0 }
        #expect((1...2).contains(counters.value(0)))
        let failing = delayed { () throws -> Int in throw Mishap.text("set up") }
        let error = try refusal {
            try Parallel(nJobs: 2, backend: .multiprocessing, backendParams: [.initializer(failing)]).map(0..<50) { $0 }
        }
        #expect(error.code == .startupFailed && error.detail.contains("set up"))
    }

    @Test("A worker is replaced after so many tasks", arguments: [1, 3])
    func maxTasks(_ count: Int) throws {
        let call = Parallel(nJobs: 2, backend: .multiprocessing, backendParams: [.maxTasksPerWorker(count)])
        let pids = try call.map(0..<12) { _ in Int(getpid()) }
        let most = Dictionary(grouping: pids) { $0 }.values.map(\.count).max() ?? 0
        #expect(most <= count)
        #expect(
            try refusal {
                try Parallel(backend: .multiprocessing, backendParams: [.maxTasksPerWorker(0)]).map(0..<1) { $0 }
            }
            .code == .invalidArgument
        )
    }

    @Test("There is one start method", arguments: ["spawn", "forkserver", "thread"])
    func startMethods(_ name: String) throws {
        let method = StartMethod(rawValue: name)
        let error = try refusal {
            try Parallel(backend: .multiprocessing, backendParams: [.startMethod(method)]).map(0..<1) { $0 }
        }
        #expect(error.detail.contains(name))
        _ = try Parallel(backend: .multiprocessing, backendParams: [.startMethod(.fork)]).map(0..<1) { $0 }
    }
}
