// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization

/// Decides when a worker has done enough and another is to take its place.
final class LeavingPolicy: Sendable {
    private static let lookEvery: UInt64 = 1_000_000

    private let maxTasks: Int
    private let maxMemory: Int
    private let state = Mutex((begun: 0, looked: UInt64(0), isReached: false))

    /// Frees what is only kept for tasks to come.
    private let release: @Sendable () -> Void

    init(maxTasks: Int, maxMemory: Int, release: @escaping @Sendable () -> Void) {
        self.maxTasks = maxTasks
        self.maxMemory = maxMemory
        self.release = release
    }

    private var isTooLarge: Bool {
        guard ThisProcess.residentByteCount >= self.maxMemory else { return false }
        // Not for what another worker would have to get as well.
        self.release()
        return ThisProcess.residentByteCount >= self.maxMemory
    }

    var isReached: Bool {
        guard self.maxTasks > 0 || self.maxMemory > 0 else { return false }
        return self.state.withLock { state in
            if self.maxTasks > 0, state.begun >= self.maxTasks { state.isReached = true }
            if self.maxMemory > 0, self.isTooLarge { state.isReached = true }
            return state.isReached
        }
    }

    /// Notes a task that is about to begin; `false` if another worker is to run it.
    func mayBegin() -> Bool {
        guard self.maxTasks > 0 || self.maxMemory > 0 else { return true }
        return self.state.withLock { state in
            if self.maxTasks > 0, state.begun >= self.maxTasks { state.isReached = true }
            // The first always runs: a worker that is too large from the beginning would run none, and neither would the next.
            if self.maxMemory > 0, state.begun > 0 {
                let now = MonotonicClock.now
                if now - state.looked >= Self.lookEvery {
                    state.looked = now
                    if self.isTooLarge { state.isReached = true }
                }
            }
            guard !state.isReached else { return false }
            state.begun += 1
            return true
        }
    }
}
