// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization

/// State that threads change and wait for; every wait ends.
final class Monitor<State: Sendable>: Sendable {
    private let state: Mutex<State>
    private let changes = WaitWord()

    init(_ state: State) {
        self.state = Mutex(state)
    }

    var value: State { self.state.withLock { $0 } }

    @discardableResult
    func update<R: Sendable>(_ body: (inout State) -> R) -> R {
        let result = self.state.withLock { body(&$0) }
        self.changes.advance()
        return result
    }

    /// Blocks until the state is as wanted.
    ///
    /// - Throws: ``ConformanceFailure`` when it is not for ten seconds.
    func wait(_ what: String, until isWanted: (State) -> Bool) throws {
        let deadline = MonotonicClock.now + 10_000_000_000
        while true {
            let seen = self.changes.count
            if isWanted(self.value) { return }
            guard self.changes.wait(while: seen, spins: 100, until: deadline) else {
                throw ConformanceFailure("\(what) did not happen within 10 s; the state was \(self.value)")
            }
        }
    }

    /// Blocks until the state is as wanted, or a limit has passed.
    func wait(until limit: Duration, _ isWanted: (State) -> Bool) {
        let nanoseconds = UInt64(max(0, limit.components.seconds)) * 1_000_000_000
        let deadline = MonotonicClock.now + nanoseconds
        while true {
            let seen = self.changes.count
            if isWanted(self.value) { return }
            guard self.changes.wait(while: seen, until: deadline) else { return }
        }
    }
}
