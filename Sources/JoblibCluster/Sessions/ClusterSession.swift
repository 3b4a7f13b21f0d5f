// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
import Synchronization

/// The workers of one call, or of the calls inside of `withPool`, wherever they are.
package final class ClusterSession: AttendedSession {
    let number: SessionNumber
    let parameters: [UInt8]
    private let driver: ClusterDriver
    private let request: OpenRequest

    /// What has become of its batches.
    private let results: SessionResults

    // Relaxed: a number alone.
    private let width = Atomic<Int>(0)
    private let failure = Mutex<ParallelError?>(nil)

    /// Moves when it is known how many workers there are, or that there will be none.
    private let change = WaitWord()

    init(
        _ number: SessionNumber,
        _ driver: ClusterDriver,
        _ request: OpenRequest,
        parameters: [UInt8]
    ) {
        self.number = number
        self.driver = driver
        self.parameters = parameters
        self.results = SessionResults(driver.inbox)
        self.request = request
    }

    /// How many workers it has; 1 while there is no host.
    ///
    /// A call without workers would end at once. So it hands in a batch, which waits until a host comes back, or fails with the session.
    package var workers: Int { max(1, self.width.load(ordering: .relaxed)) }

    package func submit(_ batch: Batch) throws {
        if let failure = self.failure.withLock({ $0 }) { throw failure }
        guard batch.payload.count <= HostFrame.largestByteCount else {
            throw ParallelError(
                .invalidArgument,
                "a batch of \(batch.payload.count) bytes, and a host takes less than 4 GiB at once; choose a smaller batchSize"
            )
        }
        let arrays = HostArraysTable.shared.arrays(of: batch.call)
        arrays?.listen { [weak driver = self.driver] in driver?.forget(array: $0) }
        try self.driver.submit(batch, arrays?.takeBatch() ?? [], self)
    }

    package func begin(_ call: CallDescription) { self.results.begin(call.id) }

    package func end(_ call: CallID, _ reason: CallEnd) {
        HostArraysTable.shared.arrays(of: call)?.end()
        self.results.end(call)
    }

    package func cancel(_ call: CallID) {
        // What of them has not been sent need not be; the call's end comes when its batches have ended, which may be stuck behind them.
        HostArraysTable.shared.arrays(of: call)?.end()
        self.driver.cancel(call, self)
    }

    package func close() {
        self.driver.close(self)
        self.closing.withLock { $0.body.take() }?()
    }

    private struct Closing: Sendable {
        var body: (@Sendable () -> Void)?
    }

    private let closing = Mutex(Closing())

    /// Has something called when it is closed, once.
    func whenClosed(_ body: @escaping @Sendable () -> Void) { self.closing.withLock { $0.body = body } }

    package func receive() -> Bool { self.results.take() }

    /// A batch takes a network's time at least, and workers have many.
    package var gathersAnswers: Bool { true }

    package func attend() { self.results.attend() }

    package func unattend(isWaiting: Bool) { self.results.unattend(isWaiting: isWaiting) }

    /// Waits until it has workers; hosts that were there a moment ago may be another coordinator's by now.
    ///
    /// - Throws: Why it has none.
    func waitForWorkers(within limit: Duration, explain: () -> [String]) throws {
        let (sum, overflow) = MonotonicClock.now.addingReportingOverflow(limit.nanoseconds)
        let deadline = overflow ? .max : sum
        while true {
            let seen = self.change.count
            if let failure = self.failure.withLock({ $0 }) { throw failure }
            if self.width.load(ordering: .relaxed) > 0 { return }
            guard self.change.wait(while: seen, spins: 2000, until: deadline) else {
                throw ParallelError.tooFewWorkers(wanted: 1, came: 0, within: limit, because: explain())
            }
        }
    }

    // MARK: - For the driver

    /// Where it goes what becomes of a call's batches.
    func queue(of call: CallID) -> ResultQueue { self.results.queue(of: call) }

    func setWorkers(_ count: Int) {
        self.width.store(count, ordering: .relaxed)
        self.change.advance()
        self.request.workersChanged()
    }

    func tell(_ event: HostEvent) { self.request.hostsChanged(event) }

    func fail(_ error: ParallelError) {
        self.failure.withLock { if $0 == nil { $0 = error } }
        self.change.advance()
    }
}
