// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Threads for what must not hold up a loop: each runs one errand after the other, and lingers for a moment in between.
final class SpareThreads: Sendable {
    /// The one of this process: a forked child has none of its parent's threads.
    static var shared: SpareThreads { self.perProcess.object }

    private static let perProcess = PerProcess { SpareThreads() }

    private struct State {
        var errands = Queue<@Sendable () -> Void>()

        /// How many threads linger that no errand has been meant for yet.
        var idle = 0
    }

    private static let linger: UInt64 = 100_000_000

    private let state = Mutex(State())
    private let changed = WaitWord()

    /// Runs a closure on one of the threads.
    ///
    /// - Returns: Whether it will run; not where the system has no thread left to give.
    func run(_ errand: @escaping @Sendable () -> Void) -> Bool {
        let mustStart = self.state.withLock { state in
            guard state.idle > 0 else { return true }
            state.errands.push(errand)
            state.idle -= 1
            return false
        }
        guard mustStart else {
            self.changed.advance()
            return true
        }
        do {
            try PlatformThread.start(name: "joblib-events") {
                errand()
                while let errand = self.next() { errand() }
            }
            return true
        } catch {
            return false
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        if let errand = self.takeOrBecomeIdle() { return errand }
        let deadline = MonotonicClock.now + Self.linger
        while true {
            let seen = self.changed.count
            if let errand = self.state.withLock({ $0.errands.pop() }) { return errand }
            if self.changed.wait(while: seen, until: deadline) { continue }
            return self.state.withLock { state in
                if let errand = state.errands.pop() { return errand }
                // Counted on for an errand that another thread has taken: nothing to take back.
                if state.idle > 0 { state.idle -= 1 }
                return nil
            }
        }
    }

    private func takeOrBecomeIdle() -> (@Sendable () -> Void)? {
        self.state.withLock { state in
            let errand = state.errands.pop()
            if errand == nil { state.idle += 1 }
            return errand
        }
    }
}
