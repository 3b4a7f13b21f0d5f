// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// A session that many calls use, and that is closed when its pool has ended and the last of them has, too: a stream may
/// outlive the pool in which it was begun.
final class PooledSession: Sendable {
    private struct State {
        let opened: OpenedSession
        var users = 0
        var hasEnded = false

        /// Returns the session if it is to be closed now.
        var toClose: OpenedSession? { self.hasEnded && self.users == 0 ? self.opened : nil }
    }

    private let state: Mutex<State>

    init(_ opened: OpenedSession) {
        self.state = Mutex(State(opened: opened))
    }

    /// Lends the session until it is closed; `nil` once the pool has ended, so that a value that outlives its pool opens
    /// sessions of its own.
    func lend() -> OpenedSession? {
        self.state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.users += 1
            var opened = state.opened
            opened.lender = self
            return opened
        }
    }

    /// Ends the pool.
    func end() {
        self.state
            .withLock { state in
                state.hasEnded = true
                return state.toClose
            }?
            .close()
    }

    /// Takes back what was lent.
    func takeBack() {
        self.state
            .withLock { state in
                state.users -= 1
                return state.toClose
            }?
            .close()
    }
}
