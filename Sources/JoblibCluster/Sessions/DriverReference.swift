// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// A driver that is being made, for what it is made of: weak, and empty until it is there.
final class DriverReference: Sendable {
    private struct State: Sendable {
        weak var driver: ClusterDriver?
    }

    private let state = Mutex(State())

    var driver: ClusterDriver? {
        get { self.state.withLock { $0.driver } }
        set { self.state.withLock { $0.driver = newValue } }
    }
}
