// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// A value that is wrong, and how its call has to refuse it.
struct WrongValue: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: ParallelError.Code
    let parallel: Parallel

    init(_ description: String, _ code: ParallelError.Code, _ parallel: Parallel) {
        self.testDescription = description
        self.code = code
        self.parallel = parallel
    }

    static let all = numbers + dispatches + memory

    private static let numbers = [
        WrongValue("nJobs 0", .invalidNJobs, Parallel(nJobs: 0)),
        WrongValue("batchSize 0", .invalidBatchSize, Parallel(nJobs: 2, batchSize: 0)),
        WrongValue("batchSize -3", .invalidBatchSize, Parallel(nJobs: 2, batchSize: -3)),
        WrongValue("timeout 0", .invalidArgument, Parallel(nJobs: 2, timeout: .zero)),
        WrongValue("timeout -1 s", .invalidArgument, Parallel(nJobs: 2, timeout: .seconds(-1))),
        WrongValue("retries -1", .invalidArgument, Parallel(nJobs: 2, retries: -1)),
        WrongValue(
            "innerMaxNumThreads 0",
            .invalidArgument,
            Parallel(nJobs: 2, backend: .instance(ProbeBackend { $0.limitsInnerThreads = true }), innerMaxNumThreads: 0)
        ),
    ]

    // Also with one job, which ignores the number itself.
    private static let dispatches =
        ([
            ("0", 2), ("n_jobs/4", 2), ("-1", 2), ("", 2), ("n_jobs*", 2), ("2*jobs", 2), ("1/0", 2), ("0", 1),
            ("__import__('os').system('true')", 2), ("9**9**9**9", 2), ("1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1", 2),
        ] as [(String, Int)])
        .map { text, nJobs in
            WrongValue(
                "preDispatch \"\(text)\", nJobs \(nJobs)",
                .invalidPreDispatch,
                Parallel(nJobs: nJobs, preDispatch: PreDispatch(text))
            )
        } + [
            WrongValue("preDispatch 0", .invalidPreDispatch, Parallel(nJobs: 2, preDispatch: 0)),
            WrongValue("preDispatch .perWorker(.nan)", .invalidPreDispatch, Parallel(preDispatch: .perWorker(.nan))),
        ]

    private static let memory = [
        WrongValue("maxNBytes \"lots\"", .invalidByteCount, Parallel(nJobs: 2, maxNBytes: "lots")),
        WrongValue("mmapMode \"x\"", .invalidMmapMode, Parallel(nJobs: 2, mmapMode: "x")),
    ]
}

@Suite("Wrong values", .timeLimit(.minutes(1)))
struct WrongValuesTests {
    @Test("A wrong value is refused by the first call and by every other", arguments: WrongValue.all)
    func everyCall(_ wrong: WrongValue) throws {
        for _ in 0..<2 {
            #expect(try refusal { try wrong.parallel([delayed { 1 }]) }.code == wrong.code)
        }
    }

    @Test("A wrong value is refused before any input is read", arguments: WrongValue.all)
    func nothingRead(_ wrong: WrongValue) throws {
        let touched = Tally()
        let lazy = (0..<3).lazy
            .map { index in
                touched.add()
                return delayed { index }
            }
        let unread = Unread(touched: touched)
        var numbers = [1, 2, 3]
        let calls: [(String, () throws -> Void)] = [
            ("callAsFunction", { _ = try wrong.parallel(lazy) }),
            ("run", { _ = try wrong.parallel.run([delayed { _ = touched.add() }]) }),
            ("results", { _ = try wrong.parallel.results(lazy) }),
            ("returnAs", { _ = try wrong.parallel.run(OnceRead(touched: touched), returnAs: .generator) }),
            ("map", { _ = try wrong.parallel.map(unread) { _ in touched.add() } }),
            ("forEach", { try wrong.parallel.forEach(unread) { _ in _ = touched.add() } }),
        ]
        for (name, call) in calls {
            #expect(try refusal(call).code == wrong.code, "\(name)")
        }
        let chunks = try refusal { try wrong.parallel.forEachChunk(of: &numbers) { _, _ in _ = touched.add() } }
        #expect(chunks.code == wrong.code)
        #expect(touched.count == 0)
    }

    @Test("The asynchronous forms refuse a wrong value with the same code", arguments: WrongValue.all)
    func asynchronous(_ wrong: WrongValue) async throws {
        let error = await #expect(throws: ParallelError.self) { try await wrong.parallel.map(0..<3) { $0 } }
        #expect(error?.code == wrong.code)
        let listError = await #expect(throws: ParallelError.self) {
            try await wrong.parallel.run((0..<3).lazy.map { index in delayed { index } })
        }
        #expect(listError?.code == wrong.code)
    }

    @Test("A wrong value from a scope is refused by the loops that take it, not by the scope")
    func scope() throws {
        #expect(parallelConfig(nJobs: 0, maxNBytes: "lots", mmapMode: "x") { 5 } == 5)
        try parallelConfig(nJobs: 0) { () throws in
            #expect(try refusal { try Parallel().forEach(0..<1) { _ in } }.code == .invalidNJobs)
            #expect(try Parallel(nJobs: 2).map(0..<3) { $0 } == [0, 1, 2])
        }
    }

    @Test("No job is refused with what to write instead")
    func nJobsZero() throws {
        let detail = try refusal { try Parallel(nJobs: 0).forEach(0..<1) { _ in } }.detail
        #expect(detail.contains("write 1"))
        #expect(detail.contains("-1 for every CPU"))
        #expect(try refusal { try effectiveNJobs(0) }.code == .invalidNJobs)
    }

    @Test("A wrong preDispatch is quoted and never evaluated")
    func preDispatchQuoted() throws {
        let text = "__import__('os').system('touch /tmp/joblib-was-here')"
        let error = try refusal { try Parallel(nJobs: 2, preDispatch: PreDispatch(text)).forEach(0..<1) { _ in } }
        #expect(error.code == .invalidPreDispatch)
        #expect(error.detail.contains("__import__"))
    }

    @Test("preDispatch counts in the jobs of the call: n_jobs/4 is 0 for two and 1 for four")
    func preDispatchOfFour() throws {
        let parallel = Parallel(nJobs: 4, preDispatch: "n_jobs/4")
        let run = { @Sendable (loop: Parallel) in
            try loop((0..<9).lazy.map { index in delayed { index } })
        }
        #expect(try run(parallel) == Array(0..<9))
        // One job has no use for the number, and a loop around the call that leaves it fewer jobs does not make it wrong.
        #expect(try run(Parallel(nJobs: 1, preDispatch: "n_jobs/4")) == Array(0..<9))
        let nested = try Parallel(nJobs: 2).map(0..<1) { _ in try run(parallel) }
        #expect(nested == [Array(0..<9)])
    }
}

/// A collection that tells when somebody asks it for an element.
private struct Unread: RandomAccessCollection, Sendable {
    let touched: Tally
    var startIndex: Int { 0 }
    var endIndex: Int { 3 }

    subscript(index: Int) -> Int {
        self.touched.add()
        return index
    }
}

/// A sequence that tells when somebody reads it.
private struct OnceRead: Sequence, IteratorProtocol {
    let touched: Tally

    func next() -> Delayed<Int>? {
        self.touched.add()
        return nil
    }
}
