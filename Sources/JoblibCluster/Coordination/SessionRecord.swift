// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A session that is open.
struct SessionRecord {
    let wishes: SessionWishes

    /// The workers of its grants, and the number of which it was told last.
    var workers = 0
    var toldWorkers = 0

    /// The indices of its grants, in no order: also of those that take no batch any more and have some left.
    var grants: Set<Int> = []

    /// How full they are.
    var loads: GrantLoads

    /// The batches that wait: also some that do not any more, which the count leaves out.
    var queue = NumberQueue()
    var waitingCount = 0

    /// Its calls, those that have batches in the order of their first ones, and those that have none now, the oldest first.
    var calls: [UInt64: CallRecord] = [:]
    var busyCalls: [UInt64] = []
    var idleCalls: [UInt64] = []

    /// Since when it has no host; `nil` while it has.
    var desertedSince: UInt64?

    /// Whether a deadline for that is set.
    var awaitsHosts = false

    /// Since when some have nothing to do while others have more than they are at.
    var unevenSince: UInt64?

    /// Whether a deadline for that is set.
    var awaitsEvening = false

    /// The earliest deadline that is set for a second run.
    var secondRunDeadline: UInt64?

    /// Why it takes no batch any more.
    var failure: SessionFailure?

    init(wishes: SessionWishes, batchesAhead: Int) {
        self.wishes = wishes
        self.loads = GrantLoads(batchesAhead: batchesAhead)
    }

    /// Whether a worker has nothing to do, and nothing waits for one.
    var hasIdleWorkers: Bool { self.waitingCount == 0 && self.loads.hasIdleWorkers }
}

// MARK: - Calls

extension SessionRecord {
    /// How many calls without batches are remembered, since more batches of them may come.
    private static let largestIdleCallCount = 16

    /// Takes out what is known of a call that has another batch now.
    mutating func takeCall(_ call: UInt64) -> CallRecord {
        let record = self.calls.removeValue(forKey: call) ?? CallRecord()
        if record.count == 0 {
            self.idleCalls.removeAll { $0 == call }
            self.busyCalls.append(call)
        }
        return record
    }

    /// Puts in what is known of a call that has one batch less now.
    mutating func putBack(_ record: CallRecord, of call: UInt64) {
        self.calls[call] = record
        guard record.count == 0 else { return }
        self.busyCalls.removeAll { $0 == call }
        self.idleCalls.append(call)
        if self.idleCalls.count > Self.largestIdleCallCount { self.calls[self.idleCalls.removeFirst()] = nil }
    }
}
