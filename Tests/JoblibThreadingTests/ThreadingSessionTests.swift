// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore
@testable import JoblibPOSIX
@testable import JoblibThreading

@Suite(.timeLimit(.minutes(1)))
struct ThreadingSessionTests {
    @Test("A batch runs on another thread than the one that submits it")
    func otherThread() async throws {
        let worker = try await ThreadingSession(pinsWorkers: false)
            .result { () in
                (PlatformThread.currentID, CPUAffinity.count())
            }
        #expect(worker.0 != PlatformThread.currentID)
        #expect(worker.1 == CPUAffinity.count())
    }

    @Test("A pinned worker has one processor while it works, and its own ones afterwards")
    func pinning() async throws {
        let processors = try #require(CPUAffinity.count())
        let pinned = try await ThreadingSession(pinsWorkers: true)
            .result { () in
                (PlatformThread.currentID, CPUAffinity.count())
            }
        #expect(pinned.1 == 1)

        // Until so many work at once that the pool has to give out every thread that is idle.
        for count in [1, 2, 4, 8, 16, 32, 64, 64, 64] {
            let meeting = Rendezvous(of: count)
            let later = try await withThrowingTaskGroup(of: (id: Int, processors: Int?).self) { group in
                for _ in 0..<count {
                    group.addTask {
                        try await ThreadingSession(pinsWorkers: false)
                            .result {
                                meeting.arrive()
                                return (PlatformThread.currentID, CPUAffinity.count())
                            }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(later.allSatisfy { $0.processors == processors })
            if later.contains(where: { $0.id == pinned.0 }) { return }
            // On a machine that is busy for long the thread may have ended meanwhile: it was idle for ten seconds.
            if SystemFile.text(at: "/proc/self/task/\(pinned.0)/comm") == nil { return }
        }
        Issue.record("the pinned thread was never used again")
    }

    @Test("Workers that are pinned one after the other get different processors")
    func differentProcessors() async throws {
        let processors = try #require(CPUAffinity.count())
        let session = ThreadingSession(pinsWorkers: true)
        var lists: [String] = []
        for _ in 0..<2 * processors { lists.append(try #require(try await session.result(allowedProcessors))) }
        #expect(Set(lists).count == processors)
        #expect(Array(lists.prefix(processors)) == Array(lists.suffix(processors)))
    }
}

/// The line of the kernel that says where the calling thread may run.
private func allowedProcessors() -> String? {
    SystemFile.text(at: "/proc/thread-self/status")?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list") }
        .map(String.init)
}

extension ThreadingSession {
    /// Runs a closure as a batch and returns what it returns.
    fileprivate func result<R: Sendable>(_ body: @escaping @Sendable () -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try self.submit(Batch(Work { continuation.resume(returning: body()) }))
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
