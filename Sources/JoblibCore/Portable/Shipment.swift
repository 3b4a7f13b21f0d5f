// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The tasks that were read together, and what has come of them; results leave in order.
// SAFETY: constants, and what is touched under the lock of its loop alone.
final class ShippedGroup<Output: Sendable>: @unchecked Sendable {
    let first: Int
    let tasks: [Delayed<Output>]

    private(set) var outcomes: [Swift.Result<Output, TaskFailure>?]
    private var openCount: Int

    /// Whether its results have been handed on.
    var isHandedOn = false

    init(first: Int, _ tasks: [Delayed<Output>]) {
        self.first = first
        self.tasks = tasks
        self.outcomes = Array(repeating: nil, count: tasks.count)
        self.openCount = tasks.count
    }

    /// The first task known to have failed, where that ends the loop.
    private(set) var endingIndex: Int?

    func noteEndingFailure(at index: Int) { self.endingIndex = min(self.endingIndex ?? index, index) }

    /// Whether every task has ended.
    var isComplete: Bool { self.openCount == 0 }

    func isOpen(_ index: Int) -> Bool { self.outcomes[index - self.first] == nil }

    /// Notes what has come of a task, unless that is known.
    ///
    /// - Returns: Whether it was not.
    func settle(_ index: Int, _ outcome: Swift.Result<Output, TaskFailure>) -> Bool {
        guard self.isOpen(index) else { return false }
        self.outcomes[index - self.first] = outcome
        self.openCount -= 1
        return true
    }
}

/// Tasks of one group on their way to a worker and back.
// SAFETY: constants, and `entries`, which the loop's lock guards.
final class Shipment<Output: Sendable, Stored: Sendable>: ShippedWork, @unchecked Sendable {
    let loop: ShippingLoop<Output, Stored>
    let group: ShippedGroup<Output>
    let payload: [UInt8]

    /// The tasks that have not ended, in the order in which the worker runs them.
    var entries: ArraySlice<ShippingLedger.Entry>

    /// Whether its worker is done with it, or gone.
    var isFinished = false

    /// The task that the worker was in when it was last heard of.
    var current: Int?

    /// Whether the worker has said that a task has run out of time, for which it ends.
    var hasTimedOut = false

    /// How many tasks there were, and how long those that have ended took, in nanoseconds.
    let count: Int
    var work: UInt64 = 0

    init(
        _ loop: ShippingLoop<Output, Stored>,
        _ group: ShippedGroup<Output>,
        _ entries: [ShippingLedger.Entry],
        payload: [UInt8]
    ) {
        self.loop = loop
        self.group = group
        self.entries = entries[...]
        self.count = entries.count
        self.payload = payload
    }

    /// Removes a task that has ended; `nil` if it is none of those that have not.
    func takeEntry(_ index: Int) -> ShippingLedger.Entry? {
        guard let place = self.entries.firstIndex(where: { $0.index == index }) else { return nil }
        let entry = self.entries[place]
        if place == self.entries.startIndex {
            self.entries.removeFirst()
        } else {
            self.entries.remove(at: place)
        }
        return entry
    }

    var isObsolete: Bool { self.loop.isStopped }

    func accept(_ answer: [UInt8]) { self.loop.accept(answer, of: self) }

    func finish() { self.loop.didFinish(self, lostBy: nil) }

    func wasLost(_ cause: any Error) { self.loop.didFinish(self, lostBy: cause) }

    func batchFailed(_ error: ParallelError) { self.loop.didFinish(self, lostBy: error) }

    /// Runs the tasks in this very process, all the same by way of bytes.
    func runAsBatch() {
        do {
            try PortableWorker.execute(
                self.payload,
                coder: self.loop.coder,
                isCancelled: { [loop] in loop.isStopped },
                overrun: { self.loop.didFinish(self, lostBy: nil) },
                send: { self.accept($0) }
            )
            self.finish()
        } catch {
            self.wasLost(error)
        }
    }
}
