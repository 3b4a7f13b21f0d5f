// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization

/// Runs a closure on a thread of its own and returns what it returns.
func onThread<R: Sendable>(name: String = "test", _ body: @escaping @Sendable () -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try PlatformThread.start(name: name) { continuation.resume(returning: body()) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

/// Counts threads that have come so far.
final class Arrivals: Sendable {
    private let count = Atomic<Int>(0)

    func arrive() {
        self.count.wrappingAdd(1, ordering: .acquiringAndReleasing)
    }

    /// Spins until so many have arrived, at most half a minute.
    func wait(for expected: Int) {
        let patience = MonotonicClock.now + 30_000_000_000
        while self.count.load(ordering: .acquiring) < expected, MonotonicClock.now < patience { SpinWait.aMoment() }
    }
}
