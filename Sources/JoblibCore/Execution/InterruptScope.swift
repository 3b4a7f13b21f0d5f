// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The loops that run inside of a `cancellingOnInterrupt`.
final class InterruptScope: Sendable {
    private struct State {
        var loops: [ObjectIdentifier: Loop] = [:]
        var isInterrupted = false
    }

    /// The innermost scope around the reader.
    @TaskLocal static var current: InterruptScope?

    private let state = Mutex(State())

    /// The scope around this one, whose interrupt is this one's too.
    func add(_ loop: Loop) {
        let isInterrupted = self.state.withLock { state in
            state.loops[ObjectIdentifier(loop)] = loop
            return state.isInterrupted
        }
        if isInterrupted { self.stop(loop) }
    }

    func remove(_ loop: Loop) {
        self.state.withLock { _ = $0.loops.removeValue(forKey: ObjectIdentifier(loop)) }
    }

    func interrupt() {
        let loops = self.state.withLock { state in
            state.isInterrupted = true
            return Array(state.loops.values)
        }
        for loop in loops { self.stop(loop) }
    }

    private func stop(_ loop: Loop) {
        loop.stop(ParallelError(.cancelled, "interrupted by SIGINT"))
    }
}
