// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import Synchronization

/// What has become of the batches of a session: one queue for all its calls, which whoever waits for any of them takes in.
///
/// A call that begins while a thread takes in has a queue of its own: it may have been made by a value that this very thread decodes,
/// which is done when the call is.
final class SessionResults: Sendable {
    private struct State {
        var own: [CallID: ResultQueue] = [:]

        /// How many threads take in again and again.
        var attendants = 0
    }

    private let inbox: ResultInbox
    private let shared: ResultQueue
    private let state = Mutex(State())

    // Relaxed: a call has begun before anybody asks for its queue.
    private let ownCount = Atomic<Int>(0)

    init(_ inbox: ResultInbox) {
        self.inbox = inbox
        self.shared = ResultQueue(inbox)
    }

    /// A call begins; none of its batches is there before.
    func begin(_ call: CallID) {
        self.state.withLock { state in
            guard self.shared.isBeingTaken || state.own.values.contains(where: \.isBeingTaken) else { return }
            let queue = ResultQueue(self.inbox)
            for _ in 0..<state.attendants { queue.attend() }
            state.own[call] = queue
            self.ownCount.store(state.own.count, ordering: .relaxed)
        }
    }

    /// A call is over.
    func end(_ call: CallID) {
        if self.ownCount.load(ordering: .relaxed) == 0 { return }
        self.state.withLock { state in
            state.own[call] = nil
            self.ownCount.store(state.own.count, ordering: .relaxed)
        }
    }

    func queue(of call: CallID) -> ResultQueue {
        if self.ownCount.load(ordering: .relaxed) == 0 { return self.shared }
        return self.state.withLock { $0.own[call] } ?? self.shared
    }

    /// Takes in what has come, as far as no other thread is at it.
    ///
    /// - Returns: Whether there was anything.
    func take() -> Bool {
        if self.shared.take() { return true }
        if self.ownCount.load(ordering: .relaxed) == 0 { return false }
        return self.state.withLock { Array($0.own.values) }.contains { $0.take() }
    }

    /// A thread begins to call ``take()`` again and again.
    func attend() {
        self.state.withLock { state in
            state.attendants += 1
            self.shared.attend()
            for queue in state.own.values { queue.attend() }
        }
    }

    /// It has ceased to.
    ///
    /// - Parameter isWaiting: Whether somebody else has to take in what comes now.
    func unattend(isWaiting: Bool) {
        self.state.withLock { state in
            state.attendants -= 1
            self.shared.unattend(isWaiting: isWaiting)
            for queue in state.own.values { queue.unattend(isWaiting: isWaiting) }
        }
    }
}
