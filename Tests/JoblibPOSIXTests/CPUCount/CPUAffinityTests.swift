// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct CPUAffinityTests {
    @Test("A thread has one CPU while it is pinned, and its own ones afterwards")
    func pinning() async throws {
        let before = try #require(CPUAffinity.count())
        let counts = try await withCheckedThrowingContinuation { continuation in
            do {
                // A thread of its own: affinity is the thread's, and those of the test runner are shared.
                try PlatformThread.start(name: "pinned") {
                    let pinned = PlatformThread.pinned(to: 0) { CPUAffinity.count() }
                    continuation.resume(returning: [pinned, CPUAffinity.count()])
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(counts == [1, before])
    }
}
