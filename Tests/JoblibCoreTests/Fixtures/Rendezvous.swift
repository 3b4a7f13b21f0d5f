// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

/// A place where so many threads wait for each other.
final class Rendezvous: Sendable {
    private let missing: Atomic<Int>
    private let complete = WaitWord()

    init(of count: Int) {
        self.missing = Atomic(count)
    }

    /// Waits until everybody is here; `false` when somebody has not come for half a minute.
    @discardableResult
    func arrive() -> Bool {
        if self.missing.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { self.complete.advance() }
        return self.complete.wait(while: 0, spins: 100, until: MonotonicClock.now + 30_000_000_000)
    }
}

/// Runs a closure on so many threads at once, each with its number from 0, and returns when all of them are done.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async throws {
    let start = Rendezvous(of: count)
    try await withThrowingTaskGroup { group in
        for number in 0..<count {
            group.addTask {
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    do {
                        try PlatformThread.start(name: "test") {
                            if !start.arrive() { Issue.record("not all threads have started") }
                            body(number)
                            continuation.resume()
                        }
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            }
        }
        try await group.waitForAll()
    }
}
