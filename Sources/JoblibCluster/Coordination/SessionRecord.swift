// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A session that is open.
struct SessionRecord {
    let number: SessionNumber
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

    /// The indices of its calls, of those that have batches in the order of their first ones, and of those that have none now.
    var calls = NumberTable()
    var busyCalls: [Int] = []
    var idleCalls: [Int] = []

    /// The hosts that have no workers for it.
    var refusals = SessionRefusals()

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

    init(number: SessionNumber, wishes: SessionWishes, batchesAhead: Int) {
        self.number = number
        self.wishes = wishes
        self.loads = GrantLoads(batchesAhead: batchesAhead)
    }

    /// Whether a worker has nothing to do, and nothing waits for one.
    ///
    /// It is inlined, since it would be given a copy of the record.
    @inline(__always)
    var hasIdleWorkers: Bool { self.waitingCount == 0 && self.loads.hasIdleWorkers }
}
