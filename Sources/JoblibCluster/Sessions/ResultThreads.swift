// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization

/// Threads that take in what was said of one session while others are at those of other sessions, each for as long as that takes.
///
/// They are started when there is something for them, and stay for a moment.
final class ResultThreads: Sendable {
    private struct State {
        var due: [ResultQueue] = []

        /// How many threads wait for something.
        var idleCount = 0
    }

    /// For how long one stays that has nothing to do, in nanoseconds.
    private static let linger: UInt64 = 100_000_000

    private let state = Mutex(State())

    /// Moves when something is due.
    private let work = WaitWord()

    /// Has a thread take in all that is there of a session.
    ///
    /// - Returns: Whether one will; not where the system has none left to give.
    func takeAll(of queue: ResultQueue) -> Bool {
        let mustStart = self.state.withLock { state in
            state.due.append(queue)
            return state.due.count > state.idleCount
        }
        guard mustStart else {
            self.work.advance()
            return true
        }
        do throws(SystemError) {
            try PlatformThread.start(name: "joblib-results") { self.run() }
            return true
        } catch {
            // Unless one that was at something else has come for it.
            return self.state.withLock { state in
                guard let place = state.due.firstIndex(where: { $0 === queue }) else { return true }
                state.due.remove(at: place)
                return false
            }
        }
    }

    private func run() {
        while true {
            let seen = self.work.count
            let queue = self.state.withLock { state -> ResultQueue? in
                if !state.due.isEmpty { return state.due.removeFirst() }
                state.idleCount += 1
                return nil
            }
            if let queue {
                queue.takeAll()
                continue
            }
            let isAwaited = self.work.wait(while: seen, until: MonotonicClock.now + Self.linger)
            let isOver = self.state.withLock { state in
                state.idleCount -= 1
                return !isAwaited && state.due.isEmpty
            }
            if isOver { return }
        }
    }
}
