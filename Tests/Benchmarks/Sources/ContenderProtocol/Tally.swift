// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Counts what several threads have done.
package final class Tally: Sendable {
    private let value = Atomic(0)

    package init() {}

    package var count: Int { self.value.load(ordering: .acquiring) }

    package func add() { self.value.add(1, ordering: .acquiringAndReleasing) }
}
