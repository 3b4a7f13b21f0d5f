// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a coordinator knows of how a host is.
struct HostState: Equatable {
    let link: LinkNumber
    let description: HostDescription

    /// How many of its workers have a batch.
    let running: Int
    let isLeaving: Bool
}

extension Coordinator {
    /// How the hosts are that are connected, in the order in which they came.
    var hostStates: [HostState] {
        self.hostIndices.sorted.map { link, index in
            let host = self.hosts[index]
            // A worker has one batch at work, and others ahead.
            let running = host.grants.reduce(0) { $0 + min(self.grants[$1].batchCount, self.grants[$1].workers) }
            return HostState(link: link, description: host.description, running: running, isLeaving: host.isLeaving)
        }
    }
}
