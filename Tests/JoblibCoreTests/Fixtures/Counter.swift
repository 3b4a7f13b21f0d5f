// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// A number that threads count up.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { self.count.load(ordering: .acquiring) }

    func increase() {
        self.count.wrappingAdd(1, ordering: .acquiringAndReleasing)
    }
}
