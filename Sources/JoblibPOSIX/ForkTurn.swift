// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Synchronization

/// Keeps the threads that have to do with forked children still while one of them forks.
///
/// fork(2) copies locks as they are. The runtime's own, such as those that it takes when a generic type is used for the first
/// time, no other code can hold or release; whoever forks therefore waits until the threads that are busy with children, which
/// would take the very same ones, are in none of its code. What other threads of the program do nobody knows.
public enum ForkTurn {
    private struct State {
        /// How many threads are busy, those that wait for their turn not counted.
        var busy = 0
        var isForking = false
    }

    private final class Turn: Sendable {
        let state = Mutex(State())
        let changed = WaitWord()
    }

    private static let perProcess = PerProcess { Turn() }

    /// How long a thread waits for the others, some of which may be in a program's own code.
    private static let patience: UInt64 = 20_000_000

    /// Notes that a thread is busy, or one that it has started; waits while another forks.
    public static func enter() {
        let turn = self.perProcess.object
        while true {
            let seen = turn.changed.count
            let mayEnter = turn.state.withLock { state in
                if !state.isForking { state.busy += 1 }
                return !state.isForking
            }
            if mayEnter { return }
            turn.changed.wait(while: seen)
        }
    }

    /// Notes that a thread is about to wait for something, or at its end.
    public static func leave() {
        let turn = self.perProcess.object
        turn.state.withLock { $0.busy -= 1 }
        turn.changed.advance()
    }

    /// Runs a closure, on a thread that is busy, while no other one is.
    static func exclusively<R>(_ body: () -> R) -> R {
        let turn = self.perProcess.object
        let deadline = MonotonicClock.now + self.patience
        turn.state.withLock { $0.busy -= 1 }
        turn.changed.advance()
        while true {
            let seen = turn.changed.count
            let isLate = MonotonicClock.now >= deadline
            let mayGo = turn.state.withLock { state in
                guard !state.isForking, state.busy == 0 || isLate else { return false }
                state.isForking = true
                return true
            }
            if mayGo { break }
            // After the deadline another one that forks is all there is to wait for.
            turn.changed.wait(while: seen, spins: 0, until: isLate ? .max : deadline)
        }
        defer {
            turn.state.withLock { state in
                state.isForking = false
                state.busy += 1
            }
            turn.changed.advance()
        }
        return body()
    }
}
