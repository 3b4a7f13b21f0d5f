// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// A coordinator with a network, hosts, a clock and a core that are simulated: all of it depends on one seed.
package struct Simulation {
    enum Action {
        /// `nil` for a heartbeat.
        case toCoordinator(LinkNumber, HostReport?)
        case toHost(LinkNumber, HostOrder)
        case endAtCoordinator(LinkNumber)
        case endAtHost(LinkNumber)
        case connect(host: Int, epoch: Int)
        case beat(host: Int, epoch: Int)
        case step(host: Int, epoch: Int, BatchNumber, remaining: Int)
        case wake(UInt64)
        case fault(Plan.Fault)
        case open(session: Int)
        case submit(session: Int)
        case rescue
    }

    let seed: UInt64
    let plan: Plan
    var random: SplitMix64
    var agenda = Agenda<Action>()
    var now: UInt64 = 0

    var coordinator: Coordinator
    var ledger: Ledger
    var core = SimulatedCore()
    var hosts: [SimulatedHost]
    var links: [LinkNumber: SimulatedLink] = [:]
    var nextLink: LinkNumber = 1

    /// By how much the coordinator's clock is ahead, and until when it does not run.
    var offset: UInt64 = 0
    var pausedUntil: UInt64 = 0

    /// When the coordinator wants to be woken, by its clock.
    var wakeTime: UInt64?

    /// When a batch was completed last.
    var lastCompletion: UInt64 = 0

    /// Whether everything is done, and the last hosts go.
    var isOver = false
    private var effects: [CoordinatorEffect] = []
    private var records: Bool
    private(set) var trace: [String] = []
    private(set) var complaint: String?

    package init(seed: UInt64, records: Bool = false) {
        self.seed = seed
        self.plan = Plan(seed: seed)
        self.random = SplitMix64(seed: ~seed)
        self.records = records
        self.coordinator = Coordinator(settings: self.plan.settings)
        self.ledger = Ledger(settings: self.plan.settings)
        self.hosts = self.plan.hosts
        self.core.sessions = self.plan.sessions
    }

    /// Runs the schedule to its end, or to the first thing that is wrong.
    package mutating func run() -> SimulationOutcome {
        self.prepare()
        // The slowest batch takes 48,000, and two may be before it.
        let longest: UInt64 = 200_000
        while !self.core.isDone, self.complaint == nil, let (time, action) = self.agenda.popFirst() {
            self.perform(action, at: time)
            if self.now > max(self.lastCompletion, self.plan.horizon) + longest {
                self.complain("batches \(self.core.batches.keys.sorted()) do not end")
            }
        }
        if self.complaint == nil, !self.core.isDone { self.complain("nothing more happens") }
        if self.complaint == nil { self.finish() }
        self.ledger.tally.faults = self.coordinator.counts.faults
        return SimulationOutcome(
            seed: self.seed,
            complaint: self.complaint,
            trace: self.trace,
            tally: self.ledger.tally
        )
    }

    private mutating func prepare() {
        for (host, time) in self.plan.arrivals.enumerated() {
            self.agenda.insert(.connect(host: host, epoch: 0), at: time)
        }
        for (session, time) in self.plan.openings.enumerated() {
            self.agenda.insert(.open(session: session), at: time)
        }
        for (time, fault) in self.plan.faults { self.agenda.insert(.fault(fault), at: time) }
        self.agenda.insert(.rescue, at: self.plan.horizon)
    }

    /// Has all hosts go and all deadlines pass: nothing is left then.
    private mutating func finish() {
        self.isOver = true
        for link in self.links.keys.sorted() where self.links[link]?.isOpenAtCoordinator == true {
            self.links[link]?.isOpenAtCoordinator = false
            self.tell(.left(link, "everything is over"))
        }
        while self.complaint == nil, let (time, action) = self.agenda.popFirst() {
            if case .wake = action { self.perform(action, at: time) }
        }
        var expected = CoordinatorCounts()
        expected.remembered = self.coordinator.counts.remembered
        expected.faults = self.coordinator.counts.faults
        if self.coordinator.counts != expected { self.complain("something is left: \(self.coordinator.counts)") }
        if self.plan.isHonest, expected.faults > 0 { self.complain("honest hosts have \(expected.faults) faults") }
    }

    private mutating func perform(_ action: Action, at time: UInt64) {
        self.now = max(self.now, time)
        switch action {
        case .toCoordinator, .endAtCoordinator, .wake, .open, .submit:
            // What is for the coordinator's process waits until it runs again, in its order.
            guard self.now >= self.pausedUntil else { return self.agenda.insert(action, at: self.pausedUntil) }
        default: break
        }
        switch action {
        case .toCoordinator(let link, let report): self.arriveAtCoordinator(report, link)
        case .toHost(let link, let order): self.arriveAtHost(order, link)
        case .endAtCoordinator(let link):
            guard self.links[link]?.isOpenAtCoordinator == true else { return }
            self.links[link]?.isOpenAtCoordinator = false
            self.tell(.left(link, "the connection was reset"))
        case .endAtHost(let link): self.endAtHost(link)
        case .connect(let host, let epoch): self.connect(host, epoch)
        case .beat(let host, let epoch): self.beat(host, epoch)
        case .step(let host, let epoch, let batch, let remaining):
            self.step(batch, remaining: remaining, of: host, epoch)
        case .wake(let time):
            guard time == self.wakeTime else { return }
            self.wakeTime = nil
            self.tell(.woken)
        case .fault(let fault): self.perform(fault)
        case .open(let session): self.open(session)
        case .submit(let session): self.submit(session)
        case .rescue: self.rescue()
        }
    }

    // MARK: - The coordinator

    /// Gives an event to the coordinator, and does what it wants done.
    mutating func tell(_ event: CoordinatorEvent) {
        self.ledger.tally.events += 1
        self.record("> \(event)")
        self.ledger.note(event, at: self.now)
        var effects = self.effects
        effects.removeAll(keepingCapacity: true)
        self.effects = []
        self.coordinator.handle(event, at: self.now + self.offset, into: &effects)
        var changesGrants = false
        for effect in effects {
            self.record("    \(effect)")
            self.ledger.note(effect, of: event, at: self.now)
            switch effect {
            case .open, .close, .disconnect, .workersChanged: changesGrants = true
            default: break
            }
        }
        self.ledger.settle(event)
        if changesGrants || event.changesGrants { self.ledger.checkAllotment() }
        if let complaint = self.ledger.complaint { return self.complain(complaint) }
        for effect in effects { self.perform(effect) }
        self.effects = effects
    }

    private mutating func perform(_ effect: CoordinatorEffect) {
        switch effect {
        case .open(let link, let grant, let session, let workers):
            self.send(.open(grant, session, workers: workers), to: link)
        case .run(let link, let batch, let grant): self.send(.run(batch, grant), to: link)
        case .cancel(let link, let batch): self.send(.cancel(batch), to: link)
        case .recall(let link, let grant): self.send(.recall(grant), to: link)
        case .close(let link, let grant): self.send(.close(grant), to: link)
        case .heartbeat(let link): self.send(.heartbeat, to: link)
        case .disconnect(let link, _): self.disconnect(link)
        case .finish(let batch): self.complete(batch, nil)
        case .fail(let batch, let failure): self.complete(batch, failure)
        case .workersChanged: break
        case .sessionFailed(let session, _): self.core.fail(Int(session) - 1)
        case .wake(let time):
            self.wakeTime = time
            self.agenda.insert(.wake(time), at: max(self.now, time > self.offset ? time - self.offset : 0))
        case .accept, .leftOut, .report: break
        }
        if case .sessionFailed(let session, _) = effect {
            self.agenda.insert(.submit(session: Int(session) - 1), at: self.now + 1)
        }
    }

    // MARK: - What is wrong

    mutating func complain(_ text: String) {
        if self.complaint == nil {
            self.complaint = text
            self.record("!!! \(text)")
        }
    }

    mutating func record(_ text: @autoclosure () -> String) {
        if self.records { self.trace.append("\(self.now)  \(text())") }
    }
}

extension CoordinatorEvent {
    /// Whether sessions may have other grants after it.
    fileprivate var changesGrants: Bool {
        switch self {
        case .joined, .left, .opened, .closed, .message(_, .leaving), .message(_, .refused): true
        default: false
        }
    }
}

/// What has come of a schedule.
package struct SimulationOutcome: Sendable {
    package let seed: UInt64

    /// What was wrong; `nil` if nothing was.
    package let complaint: String?

    /// What has happened, if that was asked for.
    package let trace: [String]
    package let tally: SimulationTally
}
