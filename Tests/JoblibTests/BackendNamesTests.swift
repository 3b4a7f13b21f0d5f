// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("What errors call a backend", .timeLimit(.minutes(1)))
struct BackendNamesTests {
    /// Refuses whatever it is asked for.
    struct Refusing: ParallelBackend {
        struct Meant: Error {}

        enum Step: String, CaseIterable, Sendable {
            case count, open, noWorkers, jobs, elsewhere, forked, threads, memory
        }

        let step: Step

        var capabilities: BackendCapabilities {
            var capabilities = BackendCapabilities()
            switch self.step {
            case .jobs: capabilities.defaultNJobs = 0
            case .elsewhere, .memory: capabilities.reach = .elsewhere
            case .forked: capabilities.reach = .forkedCopy
            case .threads: capabilities.limitsInnerThreads = false
            default: break
            }
            return capabilities
        }

        func countWorkers() throws -> Int? {
            if self.step == .count { throw Meant() }
            return nil
        }

        func open(_ request: OpenRequest) throws -> any WorkerSession {
            if self.step == .noWorkers { return Empty() }
            throw Meant()
        }
    }

    private final class Empty: WorkerSession {
        let workers = 0

        func submit(_ batch: Batch) throws { throw Refusing.Meant() }
    }

    private func detail(_ step: Refusing.Step, _ selection: BackendSelection) throws -> String {
        try refusal {
            let loop = Parallel(
                nJobs: step == .jobs ? nil : step == .count ? -1 : 2,
                backend: selection,
                require: step == .memory ? .sharedmem : nil,
                innerMaxNumThreads: step == .threads ? 1 : nil
            )
            return try loop((0..<3).map { value in delayed { value } })
        }
        .detail
    }

    @Test("The name under which it was asked for", arguments: Refusing.Step.allCases)
    func named(_ step: Refusing.Step) throws {
        let name = registerUnderFreshName(Refusing(step: step))
        let detail = try self.detail(step, .named(name))
        #expect(detail.hasPrefix("backend '\(name)' "), "\(detail)")
        #expect(!detail.contains("Refusing "), "\(detail)")
    }

    @Test("Its own name, where it was given as a value", arguments: Refusing.Step.allCases)
    func instance(_ step: Refusing.Step) throws {
        let detail = try self.detail(step, .instance(Refusing(step: step)))
        #expect(detail.hasPrefix("Refusing "), "\(detail)")
    }

    @Test("Asynchronous bodies are refused by the name 'multiprocessing'")
    func asynchronousBody() async throws {
        let error = try await #require(throws: ParallelError.self) {
            try await Parallel(nJobs: 2, backend: "multiprocessing")
                .map(0..<3) { value in
                    await Task.yield()
                    return value
                }
        }
        #expect(error.detail.hasPrefix("backend 'multiprocessing' cannot run asynchronous bodies"), "\(error)")
    }
}
