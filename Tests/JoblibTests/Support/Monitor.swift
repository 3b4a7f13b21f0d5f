// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// State that threads change and wait for: what every rendezvous of these tests is made of.
///
/// Every wait ends: after `patience` it throws, so that a broken loop fails its test instead of hanging the run.
// SAFETY: `state` is touched under `mutex` only.
final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(self.mutex, nil)
        pthread_cond_init(self.condition, nil)
    }

    deinit {
        pthread_cond_destroy(self.condition)
        pthread_mutex_destroy(self.mutex)
        self.condition.deallocate()
        self.mutex.deallocate()
    }

    /// Reads the state.
    var value: State {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        return self.state
    }

    /// Changes the state and wakes everybody who waits for it.
    @discardableResult
    func update<R>(_ body: (inout State) -> R) -> R {
        pthread_mutex_lock(self.mutex)
        defer {
            pthread_cond_broadcast(self.condition)
            pthread_mutex_unlock(self.mutex)
        }
        return body(&self.state)
    }

    /// Blocks until the state is as wanted.
    ///
    /// - Throws: ``NobodyCame`` after `patience` seconds.
    func wait(patience: Int = 20, until isWanted: (State) -> Bool) throws {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += patience
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        while !isWanted(self.state) {
            if pthread_cond_timedwait(self.condition, self.mutex, &deadline) == ETIMEDOUT, !isWanted(self.state) {
                throw NobodyCame(state: "\(self.state)")
            }
        }
    }
}

/// A rendezvous that did not take place.
struct NobodyCame: Error {
    let state: String
}
