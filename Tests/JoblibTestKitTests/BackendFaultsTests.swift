// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibTestKit
import Testing

/// What a backend that breaks its contract makes of a call: an error that names it, or nothing worse than slowness.
@Suite("Backends that break the contract", .timeLimit(.minutes(1)))
struct BackendFaultsTests {
    typealias Fault = FaultyBackend.Fault

    /// A form of a call in which somebody depends on a worker, unlike a synchronous map, whose caller does all the work if
    /// need be.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let outputs: @Sendable (Parallel) async throws -> [Int]

        static let needy = [
            Form(testDescription: "a map with a time limit") {
                try await Self.blocking($0) { try $0.map(0..<50) { $0 } }
            },
            Form(testDescription: "a lazy list with a time limit") { call in
                try await Self.blocking(call) { try $0.run((0..<50).lazy.map { index in delayed { index } }) }
            },
            Form(testDescription: "an asynchronous map") { call in try await call.map(0..<50) { $0 } },
            Form(testDescription: "asynchronous bodies") { call in
                try await call.map(0..<50) { index in
                    await Task.yield()
                    return index
                }
            },
            Form(testDescription: "asynchronous bodies that suspend, with a time limit") { call in
                try await call.map(0..<20) { index in
                    try await Task.sleep(for: .microseconds(200))
                    return index
                } + (20..<50)
            },
            Form(testDescription: "asynchronous bodies with children") { call in
                try await call.map(0..<50) { index in
                    try await withThrowingTaskGroup(of: Int.self) { group in
                        group.addTask {
                            try await Task.sleep(for: .microseconds(200))
                            return index
                        }
                        return try await group.next() ?? -1
                    }
                }
            },
            Form(testDescription: "an asynchronous lazy list") { call in
                try await call.run((0..<50).lazy.map { index in delayed { index } })
            },
            Form(testDescription: "a stream taken by a task") { call in
                var outputs: [Int] = []
                let stream = try call((0..<50).map { index in delayed { index } }, returnAs: .generator)
                for try await output in stream { outputs.append(output) }
                return outputs
            },
        ]

        static let all =
            needy + [
                Form(testDescription: "a map") { try await Self.blocking($0) { try $0.map(0..<50) { $0 } } },
                Form(testDescription: "a lazy list") { call in
                    try await Self.blocking(call) { try $0.run((0..<50).lazy.map { index in delayed { index } }) }
                },
                Form(testDescription: "a stream") { call in
                    try await Self.blocking(call) { call in
                        let stream = try call.run((0..<50).map { index in delayed { index } }, returnAs: .generator)
                        var outputs: [Int] = []
                        while let output = try stream.next() { outputs.append(output) }
                        return outputs
                    }
                },
                Form(testDescription: "a pool") { call in
                    try await Self.blocking(call) { try $0.withPool { pool in try pool.map(0..<50) { $0 } } }
                },
            ]

        // In a plain thread's way: the synchronous forms.
        private static func blocking(
            _ call: Parallel,
            _ body: @Sendable (Parallel) throws -> [Int]
        ) async throws -> [Int] { try body(call) }

        var usesTimeLimit: Bool { self.testDescription.contains("time limit") }

        var dependsOnWorkers: Bool { Self.needy.contains { $0.testDescription == self.testDescription } }
    }

    private static func call(_ backend: FaultyBackend, _ form: Form, stall: Duration? = nil) -> Parallel {
        Parallel(
            nJobs: 3,
            backend: .instance(backend),
            timeout: form.usesTimeLimit ? .seconds(40) : nil,
            stallTimeout: stall
        )
    }

    private static func refusal(_ call: Parallel, _ form: Form) async throws -> ParallelError {
        let error = await #expect(throws: ParallelError.self) { try await form.outputs(call) }
        return try #require(error)
    }

    @Test(
        "One that cannot be opened, or begins no call, is named in the error, whatever the form",
        arguments: [Fault.openThrows, .hasNoWorkers, .hasNegativeWorkers, .hasNoDefaultNJobs, .beginThrows],
        Form.all
    )
    func noStart(_ fault: Fault, _ form: Form) async throws {
        let backend = FaultyBackend(fault, on: ThreadingBackend())
        let error = try await Self.refusal(Self.call(backend, form), form)
        #expect(error.detail.contains("FaultyBackend(\(fault))"))
        let codes: [Fault: ParallelError.Code] = [
            .openThrows: .startupFailed, .hasNoWorkers: .noWorkers, .hasNegativeWorkers: .noWorkers,
            .hasNoDefaultNJobs: .invalidNJobs, .beginThrows: .poolUnhealthy,
        ]
        #expect(error.code == codes[fault])
        if [.openThrows, .beginThrows].contains(fault) { #expect(error.underlyingError is FaultyBackend.Breakdown) }
    }

    @Test(
        "One that takes no batch, or loses all, is named in the error where somebody depends on it",
        arguments: [Fault.submitThrows, .drops, .fails, .hasWorkersInNameOnly],
        Form.needy
    )
    func noWork(_ fault: Fault, _ form: Form) async throws {
        let backend = FaultyBackend(fault, on: ThreadingBackend())
        let error = try await Self.refusal(Self.call(backend, form), form)
        #expect(error.code == .poolUnhealthy)
        #expect(error.detail.contains("FaultyBackend(\(fault))"))
    }

    @Test("One that keeps its batches is named in the error, with the batch, after stallTimeout", arguments: Form.needy)
    func stall(_ form: Form) async throws {
        let backend = FaultyBackend(.keeps, on: ThreadingBackend())
        let error = try await Self.refusal(Self.call(backend, form, stall: .milliseconds(100)), form)
        #expect(error.code == .stalled)
        #expect(error.detail.contains("FaultyBackend(keeps) was handed batch "))
    }

    @Test(
        "The caller alone does the work that no worker will, if it may",
        arguments: [Fault.submitThrows, .drops, .keeps, .fails]
    )
    func callerAlone(_ fault: Fault) throws {
        let call = Parallel(nJobs: 3, backend: .instance(FaultyBackend(fault, on: ThreadingBackend())))
        #expect(try call.map(0..<50) { $0 } == Array(0..<50))
        #expect(try call.run((0..<50).lazy.map { index in delayed { index } }) == Array(0..<50))
    }

    @Test(
        "A helper that is lost while the caller leaves a loop that is done changes nothing",
        arguments: [Fault.drops, .fails]
    )
    func lostAtTheEnd(_ fault: Fault) throws {
        // The moment is short: calls of two tasks meet it once in some thousand.
        let call = Parallel(nJobs: 3, backend: .instance(FaultyBackend(fault, on: ThreadingBackend())))
        for _ in 0..<5000 { #expect(try call.map(0..<2) { $0 } == [0, 1]) }
    }

    @Test(
        "Losing some batches costs nothing but their helpers",
        arguments: [Fault.submitThrows, .drops, .fails, .delays],
        Form.all
    )
    func someLost(_ fault: Fault, _ form: Form) async throws {
        // The second of each session: with the first, the call could not go on.
        let backend = FaultyBackend(fault, on: ThreadingBackend()) { $0 == 1 }
        do {
            let outputs = try await form.outputs(Self.call(backend, form))
            #expect(outputs == Array(0..<50))
        } catch let error as ParallelError {
            // In a form that needs its second batch for itself.
            #expect(error.detail.contains("FaultyBackend(\(fault))"))
        }
    }

    @Test(
        "A second completion changes nothing, and is reported",
        arguments: [Fault.runsTwice, .failsAfterRunning],
        Form.all
    )
    func twice(_ fault: Fault, _ form: Form) async throws {
        let backend = FaultyBackend(fault, on: ThreadingBackend())
        let reports = Reports()
        let outputs = try await parallelConfig(progress: reports.observer) {
            try await form.outputs(Self.call(backend, form))
        }
        #expect(outputs == Array(0..<50))
        // A worker completes the second time when the call may be over.
        if form.dependsOnWorkers { try await reports.wait() }
        for error in reports.all {
            #expect(error.code == .poolUnhealthy)
            #expect(error.detail.contains("FaultyBackend(\(fault)) completed batch"))
        }
    }

    @Test("A batch that runs although its submission threw does nothing", arguments: Form.all)
    func runsAfterThrowing(_ form: Form) async throws {
        let backend = FaultyBackend(.runsAfterThrowing, on: ThreadingBackend())
        for _ in 0..<20 {
            do {
                let outputs = try await form.outputs(Self.call(backend, form))
                #expect(outputs == Array(0..<50))
            } catch let error as ParallelError {
                #expect(error.code == .poolUnhealthy)
                #expect(error.detail.contains("FaultyBackend(runsAfterThrowing)"))
            }
        }
    }

    // But for a map, which runs on the one worker that takes it.
    @Test(
        "One whose workers are gone after it was opened is named in the error",
        arguments: Form.needy.filter { $0.testDescription != "an asynchronous map" }
    )
    func noWorkersLeft(_ form: Form) async throws {
        let backend = ElasticBackend(workers: 4) { opened in opened.setWorkers(0) }
        let call = Parallel(
            nJobs: 3,
            backend: .instance(backend),
            timeout: form.usesTimeLimit ? .seconds(40) : nil,
            stallTimeout: .milliseconds(100)
        )
        let error = try await Self.refusal(call, form)
        #expect(error.code == .noWorkers)
        #expect(error.detail.hasPrefix("ElasticBackend has 0 workers"))
    }

    @Test("Batches are kept for ever now and then, and the calls come to their ends", arguments: Form.all, [0, 1])
    func someKept(_ form: Form, _ remainder: Int) async throws {
        for _ in 0..<5 {
            let backend = FaultyBackend(.keeps, on: ThreadingBackend()) { $0 % 2 == remainder }
            do {
                let outputs = try await form.outputs(Self.call(backend, form, stall: .milliseconds(20)))
                #expect(outputs == Array(0..<50))
            } catch let error as ParallelError {
                #expect(error.code == .stalled)
            }
        }
    }

    @Test("A batch that runs after it was given up is no second completion")
    func late() async throws {
        let reports = Reports()
        let backend = LockstepBackend(.manual)
        let call = Parallel(
            nJobs: 2,
            backend: .instance(backend),
            progress: reports.observer,
            timeout: .seconds(40),
            stallTimeout: .milliseconds(20)
        )
        #expect(throws: ParallelError.self) { try Self.map(call) }
        while backend.step() {}
        #expect(!reports.all.isEmpty && reports.all.allSatisfy { $0.code == .stalled })
    }

    @Test("A second completion through a backend around another one is reported as well")
    func twiceWrapped() async throws {
        let reports = Reports()
        let backend = RecordingBackend(FaultyBackend(.runsTwice, on: ThreadingBackend()))
        let call = Parallel(
            nJobs: 2,
            backend: .instance(backend),
            progress: reports.observer,
            timeout: .seconds(40)
        )
        try Self.map(call)
        try await reports.wait()
        #expect(reports.all.first?.detail.contains("twice") == true)
    }

    @Test("No batch is handed in once a call has ended", arguments: [Fault.fails, .drops, .delays])
    func nothingAfterTheEnd(_ fault: Fault) async throws {
        for _ in 0..<6 {
            let recording = RecordingBackend(FaultyBackend(fault, on: ThreadingBackend()))
            for form in Form.all {
                _ = try? await form.outputs(
                    Parallel(
                        nJobs: 4,
                        backend: .instance(recording),
                        timeout: form.usesTimeLimit ? .seconds(40) : nil
                    )
                )
            }
            var over: Set<CallID> = []
            for entry in recording.entries {
                switch entry {
                case .ended(let call, _): over.insert(call)
                case .submitted(let call, _), .cancelled(let call): #expect(!over.contains(call))
                default: break
                }
            }
        }
    }

    @Test("A fault is an event, with the error, for whoever listens")
    func event() async throws {
        let reports = Reports()
        let backend = FaultyBackend(.fails, on: ThreadingBackend())
        let call = Parallel(nJobs: 2, backend: .instance(backend), progress: reports.observer)
        try Self.map(call)
        try await reports.wait()
        #expect(reports.all.first?.detail.contains("FaultyBackend(fails) could not run batch 0") == true)
    }

    @Test("After a call that failed by its backend the next one works")
    func nextCall() throws {
        for fault in Fault.all {
            let backend = FaultyBackend(fault, on: ThreadingBackend()) { $0 == 0 }
            let call = Parallel(
                nJobs: 2,
                backend: .instance(backend),
                timeout: .seconds(40),
                stallTimeout: .milliseconds(50)
            )
            _ = try? call.map(0..<5) { $0 }
            #expect(try Parallel(nJobs: 2, timeout: .seconds(40)).map(0..<5) { $0 } == Array(0..<5))
        }
    }

    private static func map(_ call: Parallel) throws {
        #expect(try call.map(0..<50) { $0 } == Array(0..<50))
    }
}
