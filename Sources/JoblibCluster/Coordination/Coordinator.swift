// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Decides which host runs which batch, and what becomes of both: a pure machine without clock, network, or threads.
///
/// - A *host* is a process with so many slots, a *link* a connection to it. A *session* wants so many workers, which are slots
///   of hosts: a *grant* is so many slots of one host for one session. A *batch* of a session is *leased* to a grant.
/// - A session has as many workers as it wants, or as there are slots, whichever is less: first slots that nobody else has;
///   where there are too few of them, it shares hosts with other sessions as if these were not there.
/// - Each batch that was submitted ends by exactly one `finish` or `fail`. One that is lost is not run again by the coordinator:
///   whoever submitted it does so, as another batch, so that a copy that wakes up late can neither begin nor commit.
/// - Effects depend on the events alone, and on no order of hashes. An event costs as much with ten thousand hosts as with ten,
///   those excepted that change the grants of many.
package struct Coordinator {
    let settings: CoordinatorSettings

    // Records are in slabs, since a dictionary would copy them at each change.
    var hosts = Slab<HostRecord>()
    var hostIndices = NumberTable()

    /// At the indices of their hosts.
    var activities = Slab<HostActivity>()

    /// The newest link of each process.
    var linksByProcess: [[UInt8]: LinkNumber] = [:]

    /// The hosts that stay, and how many slots they have.
    var spareSlots = SpareSlots()
    var slotCount = 0

    var sessions = Slab<SessionRecord>()
    var sessionIndices = NumberTable()

    /// The indices of sessions in the order in which they were opened, and of those that hosts have refused.
    var sessionOrder: [Int] = []
    var refusedSessions: [Int] = []

    /// How often a host was looked at for its slots, ever.
    package internal(set) var lookCount = 0

    var calls = Slab<CallRecord>()

    var grants = Slab<GrantRecord>()
    var grantIndices = NumberTable()
    var nextGrant: GrantNumber = 1

    var batches = Slab<BatchRecord>()
    var batchIndices = NumberTable()
    var secondLeases = SecondLeases()

    var losses: LossRecord

    /// How often hosts have said what they had no business to say.
    var faultCount = 0
    var deadlines = Deadlines()

    /// The time of the event that was asked for last.
    var askedTime: UInt64?

    /// When time last went on without events: what hosts and sessions have missed before does not count.
    var graceStart: UInt64 = 0

    package init(settings: CoordinatorSettings) {
        self.settings = settings
        self.losses = LossRecord(time: settings.exclusionTime)
    }

    /// Takes in what has happened, and adds what is to be done, in this order.
    ///
    /// Time is that of a clock that never goes back, in nanoseconds.
    package mutating func handle(
        _ event: CoordinatorEvent,
        at now: UInt64,
        into effects: inout [CoordinatorEffect]
    ) {
        self.noticeGap(at: now)
        switch event {
        case .joined(let link, let description): self.join(link, description, at: now, into: &effects)
        case .heard(let link): if let host = self.hostIndices[link] { self.activities[host].lastHeard = now }
        case .unread(let link): self.noteUnread(link, at: now)
        case .message(let link, let report): self.receive(report, from: link, at: now, into: &effects)
        case .left(let link, let why):
            if let host = self.hostIndices[link] { self.lose(host, because: why, at: now, into: &effects) }
        case .opened(let session, let wishes): self.open(session, wishes, at: now, into: &effects)
        case .submitted(let session, let batch, let call):
            self.submit(batch, of: session, call: call, at: now, into: &effects)
        case .cancelled(let session, let call):
            if let index = self.sessionIndices[session] { self.cancel(call, of: index, at: now, into: &effects) }
        case .closed(let session):
            if let index = self.sessionIndices[session] { self.close(index, at: now, into: &effects) }
        case .woken: self.meetDeadlines(at: now, into: &effects)
        }
        self.askToBeWoken(into: &effects)
    }
}

// MARK: - Sizes

/// How many of everything a coordinator remembers.
package struct CoordinatorCounts: Equatable, Sendable {
    package var hosts = 0
    package var sessions = 0
    package var calls = 0
    package var grants = 0
    package var batches = 0
    package var deadlines = 0
    package var processes = 0
    package var remembered = 0

    /// How often hosts have said what they had no business to say, ever.
    package var faults = 0

    package init() {}
}

extension Coordinator {
    package var counts: CoordinatorCounts {
        var counts = CoordinatorCounts()
        counts.hosts = max(self.hosts.count, self.hostIndices.count)
        counts.sessions = max(
            self.sessions.count,
            self.sessionOrder.count,
            self.sessionIndices.count,
            self.refusedSessions.count
        )
        counts.calls = self.calls.count
        counts.grants = max(self.grants.count, self.grantIndices.count)
        counts.batches = max(self.batches.count, self.batchIndices.count)
        counts.deadlines = self.deadlines.count
        counts.processes = self.linksByProcess.count
        counts.remembered = self.losses.count
        counts.faults = self.faultCount
        return counts
    }
}
