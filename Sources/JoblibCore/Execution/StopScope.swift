// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The loops that one event from outside stops: an interrupt, the cancellation of the task that called.
final class StopScope: Sendable {
    private struct State {
        var loops: [ObjectIdentifier: Loop] = [:]
        var isStopped = false
    }

    /// The scopes around the reader.
    @TaskLocal static var current: [StopScope] = []

    private let state = Mutex(State())
    private let error: any Error

    /// Makes a scope whose loops throw an error once it is stopped.
    init(throwing error: any Error) {
        self.error = error
    }

    func add(_ loop: Loop) {
        let isStopped = self.state.withLock { state in
            state.loops[ObjectIdentifier(loop)] = loop
            return state.isStopped
        }
        if isStopped { loop.stop(self.error) }
    }

    func remove(_ loop: Loop) {
        self.state.withLock { _ = $0.loops.removeValue(forKey: ObjectIdentifier(loop)) }
    }

    /// Stops every loop that is in the scope or comes into it.
    func stop() {
        let loops = self.state.withLock { state in
            state.isStopped = true
            return Array(state.loops.values)
        }
        for loop in loops { loop.stop(self.error) }
    }
}
