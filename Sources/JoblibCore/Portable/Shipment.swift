// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Tasks of one group on their way to a worker and back.
// SAFETY: constants, what the loop's lock guards, and `isLetGo`, which is set once, and looked at when nobody has the shipment any more.
final class Shipment: ShippedWork, @unchecked Sendable {
    let loop: ShippingLoop
    let group: ShippedGroup
    let payload: [UInt8]

    /// The tasks that have not ended, in the order in which the worker runs them.
    var entries: ShippedEntries

    /// Whether its worker is done with it, or gone.
    var isFinished = false

    /// Whether nothing is to be with workers beside it.
    let isLone: Bool

    /// Called once it is with no worker any more.
    private let didEnd: (@Sendable () -> Void)?
    private var isLetGo = false

    /// The task that the worker was in when it was last heard of.
    var current: Int?

    /// Whether the worker has said that a task has run out of time, for which it ends.
    var hasTimedOut = false

    /// How many losses had counted when it was sent.
    var lossRound = 0

    /// How many tasks there were, and how long those that have ended took, in nanoseconds.
    let count: Int
    private(set) var work: UInt64 = 0

    init(
        _ loop: ShippingLoop,
        _ group: ShippedGroup,
        _ entries: ShippedEntries,
        payload: [UInt8],
        isLone: Bool,
        _ didEnd: (@Sendable () -> Void)?
    ) {
        self.loop = loop
        self.group = group
        self.entries = entries
        self.count = entries.count
        self.payload = payload
        self.isLone = isLone
        self.didEnd = didEnd
    }

    /// Notes how long tasks took that have ended.
    func addWork(_ duration: UInt64) {
        let (work, overflow) = self.work.addingReportingOverflow(duration)
        self.work = overflow ? .max : work
    }

    deinit {
        // One that its call has given up, which nobody has let go of.
        if !self.isLetGo { self.loop.call?.opened.shippedBytes?.remove(self.payload.count, wakes: false) }
    }

    /// It is with no worker any more; called once, if at all, with no lock held.
    func letGo() {
        self.isLetGo = true
        self.didEnd?()
        self.loop.call?.opened.shippedBytes?.remove(self.payload.count)
    }

    var shipped: (any ShippedWork)? { self }

    var isObsolete: Bool { self.loop.isStopped }

    func noteArrays(of byteCount: Int) { self.loop.noteAnswer(of: byteCount) }

    func accept(_ answer: [UInt8]) { self.loop.accept(answer, of: self) }

    func finish() -> Bool { self.loop.didFinish(self, lostBy: nil) }

    func wasLost(_ cause: any Error) { _ = self.loop.didFinish(self, lostBy: cause) }

    func batchFailed(_ error: ParallelError) { _ = self.loop.didFinish(self, lostBy: error) }

    /// Runs the tasks in this very process, all the same by way of bytes.
    func runAsBatch() {
        do {
            try PortableWorker.execute(
                self.payload,
                coder: self.loop.coder,
                isCancelled: { [loop] in loop.isStopped },
                overrun: { _ = self.loop.didFinish(self, lostBy: nil) },
                send: { self.accept($0) }
            )
            _ = self.finish()
        } catch {
            self.wasLost(error)
        }
    }
}
