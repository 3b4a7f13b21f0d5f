// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The loops of a session that call more helpers when its workers have become more, and tell whoever follows them of its hosts.
final class WorkerListeners: Sendable {
    private struct State {
        var loops: [ObjectIdentifier: Loop] = [:]

        /// The hosts that are there: a call in a pool may begin long after they have come.
        var hosts: [String: HostEvent] = [:]
    }

    // Events are told under the lock, which takes no time and runs nobody's code: so each loop is told them in their order, and none
    // after its end.
    private let state = Mutex(State())

    func add(_ loop: Loop) {
        self.state.withLock { state in
            state.loops[ObjectIdentifier(loop)] = loop
            guard let report = loop.plan.report, report.wantsTasks else { return }
            for host in state.hosts.keys.sorted() {
                if let event = state.hosts[host] { report.tell(event) }
            }
        }
    }

    func remove(_ loop: Loop) {
        self.state.withLock { _ = $0.loops.removeValue(forKey: ObjectIdentifier(loop)) }
    }

    func workersChanged() {
        for loop in self.state.withLock({ Array($0.loops.values) }) { loop.workersDidChange() }
    }

    func hostsChanged(_ event: HostEvent) {
        self.state.withLock { state in
            state.hosts[event.host] = event.kind == .hostJoined ? event : nil
            for loop in state.loops.values { loop.plan.report?.tell(event) }
        }
    }
}
