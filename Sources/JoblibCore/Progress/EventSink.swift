// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Delivers events to an observer one at a time and in order, outside of every lock.
///
/// Whoever finds nobody delivering delivers, the events that others add meanwhile included.
final class EventSink: Sendable {
    private struct State {
        var queue: [ParallelEvent] = []
        var isDelivering = false
    }

    private let receive: @Sendable (ParallelEvent) -> Void
    private let state = Mutex(State())

    init(_ receive: @escaping @Sendable (ParallelEvent) -> Void) {
        self.receive = receive
    }

    func emit(_ event: ParallelEvent) {
        let mustDeliver = self.state.withLock { state in
            state.queue.append(event)
            defer { state.isDelivering = true }
            return !state.isDelivering
        }
        guard mustDeliver else { return }
        while let events = self.takeEvents() {
            for event in events { self.receive(event) }
        }
    }

    private func takeEvents() -> [ParallelEvent]? {
        self.state.withLock { state in
            guard !state.queue.isEmpty else {
                state.isDelivering = false
                return nil
            }
            defer { state.queue = [] }
            return state.queue
        }
    }
}

extension EventSink {
    func emit(_ kind: ParallelEvent.Kind) {
        self.emit(ParallelEvent(kind))
    }

    func emitStart(of loop: Loop) {
        var event = ParallelEvent(.started)
        event.rootSeed = loop.rootSeed
        event.workerCount = loop.plan.workers
        event.taskCount = loop.taskCount
        self.emit(event)
    }

    func emit(
        _ kind: ParallelEvent.Kind,
        _ runner: Runner,
        duration: Duration? = nil,
        failure: TaskFailure? = nil
    ) {
        var event = ParallelEvent(kind)
        event.index = runner.index
        event.attempt = runner.attempt
        event.workerIndex = runner.workerIndex
        event.duration = duration
        event.failure = failure
        self.emit(event)
    }
}
