// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

/// Decides what a launcher is to do: (event, time) to effects, without a process, thread or clock; times in nanoseconds.
struct LaunchPlan {
    /// What it goes by.
    struct Settings {
        /// How many hosts there are to be, and how many one order may be for.
        var wanted = 1
        var hostsPerOrder = 1

        /// How many there can be at once, those included that have not ended yet; `nil`: any number.
        var capacity: Int?

        /// For how long what was launched stays while no call uses it.
        var idleTime: UInt64 = 60_000_000_000

        /// How long a host may take to connect again; it ends by itself before that.
        var returnTime: UInt64 = 12_000_000_000

        /// How long it waits before it tries again, at first and at most; each time twice as long.
        var firstPause: UInt64 = 250_000_000
        var longestPause: UInt64 = 60_000_000_000

        /// What has run for so long was no failure.
        var healthyTime: UInt64 = 30_000_000_000

        /// After how many failures it gives up that has not seen a host yet.
        var largestFailureCount = 3

        /// How long launchers may take to stop.
        var stopTime: UInt64 = 20_000_000_000
    }

    enum Event: Equatable {
        /// A call needs hosts; none does any more; none ever will.
        case needed, unneeded, over

        /// The deadline has come.
        case woken

        /// What the launcher says of an order; the last: that it has not even begun.
        case started(Int)
        case remaining(Int, Int)
        case ended(Int, String)
        case failed(Int, String)
        case refused(Int, String)

        /// A host of an order has connected, and which part of the order it is, where that is known; its connection has ended, and whether it has said that it leaves.
        case joined(Int, host: [UInt8], part: Int? = nil)
        case left(Int, host: [UInt8], isForGood: Bool)
    }

    enum Effect: Equatable {
        case start(Int, count: Int)
        case stop(Int)

        /// To end the part of an order whose host is gone for good, while others stay.
        case stopPart(Int, part: Int)
    }

    /// Of a host that has come: which part of the order it is, and since when it is gone, if it is.
    private struct Presence {
        var part: Int?
        var goneSince: UInt64?
    }

    private struct Order {
        let count: Int
        let begin: UInt64

        /// How long nothing is started in its place where it ends early.
        var pause: UInt64

        /// The hosts that have come, and may come back where they are gone.
        var hosts: [[UInt8]: Presence] = [:]

        /// How many are gone for good, and how many the launcher says are left, some of which may be gone for good as well.
        var departed = 0
        var remaining: Int?
        var hadHost = false

        /// How many hosts it has or will have; a command may bring more than anybody knows.
        var live: Int { max(min(self.count - self.departed, self.remaining ?? .max), self.hosts.count) }
    }

    let settings: Settings
    private var orders: [Int: Order] = [:]

    /// Those that were asked to stop, and for how many hosts they keep room until they have.
    private var stopping: [Int: Int] = [:]
    private var lastNumber = 0
    private var isNeeded = false
    private var isOver = false
    private var hadHost = false
    private var failures = 0
    private var vacancies = LaunchVacancies()
    private var idleSince: UInt64?
    private var endTime: UInt64?

    /// Why it has given up; `nil` while it has not.
    private(set) var fault: String?

    /// The last failure, for people, while no host has come since.
    private(set) var lastFailure: String?

    /// When the event `woken` is wanted.
    private(set) var deadline: UInt64?

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// Whether it is over, and all has stopped, or has taken too long.
    var isDone: Bool { self.isOver && (self.stopping.isEmpty || self.endTime == 0) }

    /// The orders of which no host has come yet, in order, and since when they have begun.
    var waiting: [(number: Int, begin: UInt64)] {
        self.orders.filter { !$0.value.hadHost }.map { (number: $0.key, begin: $0.value.begin) }
            .sorted { $0.number < $1.number }
    }

    /// The orders whose hosts are wanted.
    var live: Set<Int> { Set(self.orders.keys) }

    /// Whether an order was asked to stop, and has not said that it has.
    func isStopping(_ number: Int) -> Bool { self.stopping[number] != nil }

    /// How many hosts there are or will be.
    var liveCount: Int { self.orders.values.reduce(0) { $0 + $1.live } }

    mutating func handle(_ event: Event, at now: UInt64, into effects: inout [Effect]) {
        switch event {
        case .needed: self.need()
        case .unneeded:
            self.isNeeded = false
            self.idleSince = now
        case .over: self.end(at: now, into: &effects)
        case .woken: self.review(at: now, into: &effects)
        case .started: break
        case .remaining(let number, let count): self.reduce(number, to: count, at: now)
        case .ended(let number, let how): self.remove(number, how, isFinal: false, at: now)
        case .failed(let number, let reason): self.remove(number, reason, isFinal: false, at: now)
        case .refused(let number, let reason): self.remove(number, reason, isFinal: true, at: now)
        case .joined(let number, let host, let part): self.join(number, host, part)
        case .left(let number, let host, let isForGood): self.leave(number, host, isForGood, at: now, into: &effects)
        }
        self.topUp(at: now, into: &effects)
        self.setDeadline()
    }

    // MARK: - Calls

    private mutating func need() {
        guard !self.isOver else { return }
        self.isNeeded = true
        self.idleSince = nil
        // A call tries anew what another has given up.
        guard self.fault != nil else { return }
        (self.fault, self.failures) = (nil, 0)
        self.vacancies.removeAll()
    }

    private mutating func end(at now: UInt64, into effects: inout [Effect]) {
        guard !self.isOver else { return }
        (self.isNeeded, self.isOver) = (false, true)
        self.stopAll(into: &effects)
        self.endTime = now &+ self.settings.stopTime
    }

    private mutating func stopAll(into effects: inout [Effect]) {
        for number in self.orders.keys.sorted() { self.stop(number, into: &effects) }
    }

    private mutating func stop(_ number: Int, into effects: inout [Effect]) {
        guard let order = self.orders.removeValue(forKey: number) else { return }
        self.stopping[number] = max(1, order.live)
        effects.append(.stop(number))
    }

    // MARK: - Orders and their hosts

    private mutating func remove(_ number: Int, _ how: String, isFinal: Bool, at now: UInt64) {
        self.stopping[number] = nil
        guard let order = self.orders.removeValue(forKey: number) else { return }
        self.vacate(order.live, of: order, at: now)
        guard !order.hadHost else { return }
        self.failures += 1
        self.lastFailure = how
        guard !self.hadHost, self.orders.isEmpty, isFinal || self.failures >= self.settings.largestFailureCount else {
            return
        }
        self.fault = self.failures > 1 ? "\(how) (tried \(self.failures) times)" : how
    }

    private mutating func join(_ number: Int, _ host: [UInt8], _ part: Int?) {
        guard self.orders[number] != nil else { return }
        self.orders[number]?.hosts[host] = Presence(part: part)
        self.orders[number]?.hadHost = true
        self.hadHost = true
        (self.failures, self.lastFailure) = (0, nil)
    }

    private mutating func leave(
        _ number: Int,
        _ host: [UInt8],
        _ isForGood: Bool,
        at now: UInt64,
        into effects: inout [Effect]
    ) {
        guard self.orders[number]?.hosts[host] != nil else { return }
        self.orders[number]?.hosts[host]?.goneSince = now
        if isForGood { self.depart(host, of: number, at: now, into: &effects) }
    }

    /// Some hosts of an order have ended that nobody has heard of.
    private mutating func reduce(_ number: Int, to count: Int, at now: UInt64) {
        guard var order = self.orders[number] else { return }
        let before = order.live
        order.remaining = count
        if order.live < before {
            self.vacate(before - order.live, of: order, at: now)
            order.pause = min(order.pause * 2, self.settings.longestPause)
        }
        self.orders[number] = order
    }

    /// Others are to take the place of so many hosts, later where these have ended early.
    private mutating func vacate(_ count: Int, of order: Order, at now: UInt64) {
        let isHealthy = now &- order.begin >= self.settings.healthyTime
        let pause = isHealthy ? self.settings.firstPause : order.pause
        self.vacancies.add(count, until: now &+ pause, nextPause: min(pause * 2, self.settings.longestPause))
    }

    /// A host will not come back.
    private mutating func depart(_ host: [UInt8], of number: Int, at now: UInt64, into effects: inout [Effect]) {
        let count = self.orders[number]?.live ?? 0
        let part = self.orders[number]?.hosts.removeValue(forKey: host)?.part
        self.orders[number]?.departed += 1
        guard let order = self.orders[number] else { return }
        guard order.live == 0 else {
            self.vacancies.add(count - order.live, until: now, nextPause: order.pause)
            // It may have been started again there.
            guard let part, !order.hosts.values.contains(where: { $0.part == part }) else { return }
            return effects.append(.stopPart(number, part: part))
        }
        self.vacate(count, of: order, at: now)
        // Whatever of it still runs has no host any more.
        self.stop(number, into: &effects)
    }

    private mutating func review(at now: UInt64, into effects: inout [Effect]) {
        for (number, order) in self.orders.sorted(by: { $0.key < $1.key }) {
            for (host, presence) in order.hosts {
                guard let since = presence.goneSince, now >= since &+ self.settings.returnTime else { continue }
                self.depart(host, of: number, at: now, into: &effects)
            }
        }
        if let idleSince, now >= idleSince &+ self.settings.idleTime {
            self.idleSince = nil
            self.stopAll(into: &effects)
        }
        if let endTime, now >= endTime { self.endTime = 0 }
    }

    private mutating func topUp(at now: UInt64, into effects: inout [Effect]) {
        guard self.isNeeded, self.fault == nil else { return }
        self.vacancies.trim(to: self.settings.wanted - self.liveCount)
        let size = self.settings.hostsPerOrder
        for due in self.vacancies.takeDue(upTo: self.missingCount, size: size, at: now) {
            self.start(due.count, pause: due.nextPause, at: now, into: &effects)
        }
        // Where none was before.
        while case let count = min(
            size,
            self.missingCount,
            self.settings.wanted - self.liveCount - self.vacancies.count
        ),
            count > 0
        {
            self.start(count, pause: self.settings.firstPause, at: now, into: &effects)
        }
    }

    private mutating func start(_ count: Int, pause: UInt64, at now: UInt64, into effects: inout [Effect]) {
        self.lastNumber += 1
        self.orders[self.lastNumber] = Order(count: count, begin: now, pause: pause)
        effects.append(.start(self.lastNumber, count: count))
    }

    /// How many hosts can be started: those that are missing, as far as there is room for them.
    private var missingCount: Int {
        let room = self.settings.capacity.map { $0 - self.liveCount - self.stopping.values.reduce(0, +) } ?? .max
        return min(self.settings.wanted - self.liveCount, room)
    }

    private mutating func setDeadline() {
        var times: [UInt64] = []
        if self.isNeeded, self.fault == nil, self.missingCount > 0 {
            times += self.vacancies.deadline.map { [$0] } ?? []
        }
        for order in self.orders.values {
            times += order.hosts.values.compactMap { $0.goneSince.map { $0 &+ self.settings.returnTime } }
        }
        if let idleSince, !self.orders.isEmpty { times.append(idleSince &+ self.settings.idleTime) }
        if let endTime, endTime != 0 { times.append(endTime) }
        self.deadline = times.min()
    }
}

#endif
