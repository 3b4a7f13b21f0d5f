// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// A plain lock: held by a thread, and it must be the same thread that lets go.
// SAFETY: a mutex is made to be shared.
final class Lock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(self.mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(self.mutex)
        self.mutex.deallocate()
    }

    /// Takes the lock, or throws after 20 seconds: a deadlock must not hang the run.
    func whileHeld<R>(_ body: () throws -> R) throws -> R {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += 20
        guard pthread_mutex_timedlock(self.mutex, &deadline) == 0 else { throw NobodyCame(state: "deadlock") }
        defer { pthread_mutex_unlock(self.mutex) }
        return try body()
    }
}
