// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization

/// A point that nobody passes before a given number of threads have come to it.
final class Meeting: Sendable {
    private let size: Int
    private let arrived = Mutex(0)
    private let changes = WaitWord()

    init(of size: Int) {
        self.size = size
    }

    /// Blocks until enough have come, for twenty seconds at most.
    func attend() throws {
        self.arrived.withLock { $0 += 1 }
        self.changes.advance()
        let deadline = MonotonicClock.now + 20_000_000_000
        while true {
            let seen = self.changes.count
            if self.arrived.withLock({ $0 }) >= self.size { return }
            guard self.changes.wait(while: seen, until: deadline) else { throw NobodyCame() }
        }
    }
}

/// A meeting that did not take place.
struct NobodyCame: Error {}

/// How many threads are inside of a piece of code at once.
final class Occupancy: Sendable {
    private let state = Mutex((current: 0, maximum: 0))

    var maximum: Int { self.state.withLock { $0.maximum } }

    func during(_ body: () -> Void) {
        self.state.withLock { state in
            state.current += 1
            state.maximum = max(state.maximum, state.current)
        }
        body()
        self.state.withLock { $0.current -= 1 }
    }
}
