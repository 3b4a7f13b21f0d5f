// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
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

        // The thread answers from inside of its work, a moment before it is given its processors back.
        let own = try #require(allowedProcessors())
        var allowed: String?
        for _ in 0..<1_000_000 {
            allowed = allowedProcessors(ofThread: "self/task/\(pinned.0)")
            if allowed == own || allowed == nil { break }
            sched_yield()
        }
        // None when the machine was so busy that the idle thread has ended meanwhile.
        #expect(allowed == own || allowed == nil)
        #expect(processors >= 1)
    }

    @Test("Workers that are pinned one after the other get different processors")
    func differentProcessors() async throws {
        let processors = try #require(CPUAffinity.count())
        let session = ThreadingSession(pinsWorkers: true)
        var lists: [String] = []
        for _ in 0..<2 * processors { lists.append(try #require(try await session.result { allowedProcessors() })) }
        #expect(Set(lists).count == processors)
        #expect(Array(lists.prefix(processors)) == Array(lists.suffix(processors)))
    }
}

/// The line of the kernel that says where a thread may run, by default the calling one.
private func allowedProcessors(ofThread thread: String = "thread-self") -> String? {
    SystemFile.text(at: "/proc/\(thread)/status")?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list") }
        .map(String.init)
}

extension ThreadingSession {
    /// Runs a closure as a batch and returns what it returns.
    fileprivate func result<R: Sendable>(_ body: @escaping @Sendable () -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try self.submit(Batch { continuation.resume(returning: body()) })
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
