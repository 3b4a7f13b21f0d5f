// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// How threads of a call wait: by taking answers in for as long as it takes to be woken, then asleep.

extension ShippingLoop {
    /// How long the batches of a call that is over are waited for before the call ends without them.
    private static var patience: UInt64 { 10_000_000_000 }

    /// How often a thread looks for answers before it leaves that to others: for about as long as it takes to be woken.
    private static var looks: Int { 2000 }

    /// Waits for what is still with workers once the call is over, though not for ever.
    func awaitBatches() {
        let deadline = MonotonicClock.now + Self.patience
        while true {
            let seen = self.event.count
            let count = self.state.withLock { $0.shipmentCount }
            if count == 0 { return }
            guard MonotonicClock.now < deadline else {
                self.plan.report?
                    .fault(
                        ParallelError(
                            .poolUnhealthy,
                            "\(self.plan.backendName) has not completed \(count) batches of a call that is over"
                        )
                    )
                return self.state.withLock { state in
                    state.isGivenUp = true
                    state.shipmentCount = 0
                }
            }
            if self.takeAnswers(since: seen) { continue }
            self.event.wait(while: seen, until: deadline)
        }
    }

    /// Blocks the thread until something has changed, and takes answers in meanwhile where the session wants that.
    func waitBlocking(since seen: UInt32) {
        if self.takeAnswers(since: seen) { return }
        WorkerThread.wait(for: self.event, while: seen, spins: self.attended == nil ? 2000 : 0)
    }

    /// Takes answers in for a moment.
    ///
    /// - Returns: Whether something has changed.
    private func takeAnswers(since seen: UInt32) -> Bool {
        guard let session = self.attended else { return false }
        session.attend()
        if session.gathersAnswers, let isChanged = self.gatherAnswers(of: session, since: seen) {
            session.unattend(isWaiting: !isChanged)
            return self.event.count != seen
        }
        for look in 1...Self.looks {
            if self.event.count != seen {
                session.unattend(isWaiting: false)
                return true
            }
            if session.receive() { continue }
            // Workers may be waiting for this very processor.
            if look % 32 == 0 { SpinWait.aMoment() } else { SpinWait.briefly() }
        }
        session.unattend(isWaiting: true)
        return self.event.count != seen
    }

    /// Takes answers in together, as long as workers have enough to do meanwhile.
    ///
    /// - Returns: Whether something has changed; `nil` if too little is with workers to wait for more than one answer.
    private func gatherAnswers(of session: any AttendedSession, since seen: UInt32) -> Bool? {
        var isBusy = false
        while true {
            let nap = self.state.withLock { $0.pace.nap(of: $0.shipmentCount, workers: self.workers) }
            guard let nap else { return isBusy ? false : nil }
            isBusy = true
            if self.event.wait(while: seen, until: MonotonicClock.now + nap) { return true }
            let isAnything = session.receive()
            self.state.withLock { $0.pace.note(isAnything: isAnything, rest: $0.shipmentCount) }
            if self.event.count != seen { return true }
        }
    }
}
