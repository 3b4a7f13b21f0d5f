// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization

/// A place where so many threads wait for each other.
final class Rendezvous: Sendable {
    private let missing: Atomic<Int>
    private let complete = WaitWord()

    init(of count: Int) {
        self.missing = Atomic(count)
    }

    /// Waits until everybody is here; `false` when somebody has not come for half a minute.
    @discardableResult
    func arrive() -> Bool {
        if self.missing.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { self.complete.advance() }
        return self.complete.wait(while: 0, spins: 100, until: MonotonicClock.now + 30_000_000_000)
    }
}
