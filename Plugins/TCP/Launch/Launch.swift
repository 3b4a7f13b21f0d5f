// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import JoblibPOSIX
import NIOCore
import Synchronization

/// What a launcher has been asked for by the calls of a cluster: does what ``LaunchPlan`` decides, on a thread of its own.
final class Launch: Sendable {
    /// What processes that it starts are told.
    struct Instructions: Sendable {
        /// The program, and the variables that make it a host.
        let program: String
        let environment: [String: String]
        let token: ClusterToken?
    }

    private struct State {
        var events: [LaunchPlan.Event] = []
        var orders: [Int: LaunchOrder] = [:]

        /// Those whose hosts are wanted.
        var live: Set<Int> = []

        /// Whether whoever has the connections is about to end all of them.
        var isFinished = false

        // As of the last event.
        var fault: String?
        var lastFailure: String?
        var waiting: [(number: Int, begin: UInt64)] = []
    }

    /// How long hosts stay connected whose command has ended by itself: what they have sent may still be on its way.
    private static let partingTime = TimeAmount.seconds(5)

    private let launcher: any WorkerLauncher
    private let instructions: Instructions
    private let settings: LaunchPlan.Settings
    private let disconnect: @Sendable (Int, TimeAmount) -> Void
    private let didChange: @Sendable () -> Void
    private let prefix = LaunchOrder.makePrefix()
    private let state = Mutex(State())

    /// Moves when there are events.
    private let news = WaitWord()

    /// Moves when all is over.
    private let end = WaitWord()

    /// Starts the thread, and nothing else yet.
    ///
    /// - Parameters:
    ///   - launcher: What starts hosts.
    ///   - settings: How many, and when.
    ///   - instructions: What they are told.
    ///   - disconnect: Ends the connections of an order's hosts after some time, and returns at once.
    ///   - didChange: Called when there may be something new to say to who waits for hosts; must not wait.
    /// - Throws: `SystemError` when the system has no thread left to give.
    init(
        _ launcher: any WorkerLauncher,
        _ settings: LaunchPlan.Settings,
        _ instructions: Instructions,
        disconnect: @escaping @Sendable (Int, TimeAmount) -> Void,
        didChange: @escaping @Sendable () -> Void
    ) throws {
        self.launcher = launcher
        self.settings = settings
        self.instructions = instructions
        self.disconnect = disconnect
        self.didChange = didChange
        try PlatformThread.start(name: "joblib-launch") { self.run() }
        Launches.add(self)
    }

    // MARK: - From any thread

    /// A call needs hosts.
    func need() {
        // Whoever asks at once must not find what was given up before.
        self.state.withLock { $0.fault = nil }
        self.take(.needed)
    }

    /// No call needs them any more; what was launched stays for a while.
    func unneed() { self.take(.unneeded) }

    /// Stops all that was launched, for good, and does not wait for it.
    func finish() {
        self.state.withLock { $0.isFinished = true }
        self.take(.over)
    }

    /// The order that a host was started for, from what it is called; `nil`: none of these.
    func order(of name: String) -> Int? { LaunchOrder.place(inName: name, self.prefix)?.number }

    /// Whether the hosts of an order are not wanted any more.
    func isOver(_ number: Int) -> Bool { self.state.withLock { !$0.live.contains(number) } }

    /// A host has connected.
    ///
    /// - Parameters:
    ///   - name: What it is called, which says whether it is one of these.
    ///   - processID: Tells it from all others.
    func noteArrival(_ name: String, _ processID: [UInt8]) {
        guard let place = LaunchOrder.place(inName: name, self.prefix) else { return }
        self.take(.joined(place.number, host: processID, part: place.part))
    }

    /// Its connection has ended.
    func noteDeparture(_ name: String, _ processID: [UInt8], isForGood: Bool) {
        guard let number = self.order(of: name) else { return }
        self.take(.left(number, host: processID, isForGood: isForGood))
    }

    /// Why no host will come; `nil` while one may.
    var finalError: ParallelError? {
        self.state.withLock { state in state.fault.map { ParallelError(.noWorkers, "launch: \($0)") } }
    }

    /// Why hosts are not there that were launched.
    var problems: [String] {
        let (failure, waiting) = self.state.withLock { state in
            (
                state.lastFailure,
                state.waiting.compactMap { order in state.orders[order.number].map { ($0, order.begin) } }
            )
        }
        let texts = waiting.map { order, begin in
            let seconds = (MonotonicClock.now &- begin) / 1_000_000_000
            let words = self.launcher.lastWords(of: order)
            let address = self.instructions.environment["JOBLIB_WORKER_DIAL"] ?? ""
            return
                "launch: no worker of \(order.name) has come in \(seconds) s, which dials \(address); is that how it reaches this machine? "
                + ".listen and .dialAddress name another one\(words.isEmpty ? "" : "; \(words)")"
        }
        return (failure.map { ["launch: \($0)"] } ?? []) + texts
    }

    /// Waits until all has been stopped, after ``finish()``.
    ///
    /// - Returns: Whether it has.
    @discardableResult
    func waitUntilOver(until deadline: UInt64) -> Bool { self.end.wait(while: 0, until: deadline) }

    private func take(_ event: LaunchPlan.Event) {
        self.state.withLock { $0.events.append(event) }
        self.news.advance()
    }

    // MARK: - On its thread

    private func run() {
        var plan = LaunchPlan(self.settings)
        var effects: [LaunchPlan.Effect] = []
        while !plan.isDone {
            let seen = self.news.count
            let events = self.state.withLock { state in
                defer { state.events = [] }
                return state.events
            }
            for event in events { plan.handle(event, at: MonotonicClock.now, into: &effects) }
            if let deadline = plan.deadline, deadline <= MonotonicClock.now {
                plan.handle(.woken, at: MonotonicClock.now, into: &effects)
            }
            self.publish(plan)
            let isIdle = effects.isEmpty
            for effect in effects { self.perform(effect) }
            effects.removeAll(keepingCapacity: true)
            if isIdle, !plan.isDone { self.news.wait(while: seen, until: plan.deadline) }
        }
        Launches.remove(self)
        self.end.advance()
    }

    private func publish(_ plan: LaunchPlan) {
        let isNew = self.state.withLock { state in
            let over = state.live.subtracting(plan.live)
            state.live = plan.live
            // Under the lock: the event loop of the connections may be gone as soon as this is finished. What was stopped is idle, and what
            // has ended by itself need not have been.
            if !state.isFinished {
                for number in over { self.disconnect(number, plan.isStopping(number) ? .zero : Self.partingTime) }
            }
            let isNew = state.fault != plan.fault || state.lastFailure != plan.lastFailure
            // Of a call that has just come the plan does not know yet.
            let isAhead = state.events.contains(.needed)
            state.fault = isAhead ? nil : plan.fault
            state.lastFailure = plan.lastFailure
            state.waiting = plan.waiting
            return isNew
        }
        if isNew { self.didChange() }
    }

    private func perform(_ effect: LaunchPlan.Effect) {
        switch effect {
        case .start(let number, let count):
            let name = LaunchOrder.name(self.prefix, number)
            let order = LaunchOrder(
                name: name,
                count: count,
                program: self.instructions.program,
                environment: self.instructions.environment.merging([HostSettings.labelVariable: name]) { $1 },
                token: self.instructions.token
            )
            self.state.withLock { $0.orders[number] = order }
            do {
                try self.launcher.start(order) { self.hear($0, of: number) }
            } catch {
                self.state.withLock { $0.orders[number] = nil }
                self.take(.refused(number, (error as? ParallelError)?.detail ?? "\(error)"))
            }
        case .stop(let number):
            guard let order = self.state.withLock({ $0.orders[number] }) else {
                return self.take(.ended(number, "stopped"))
            }
            self.launcher.stop(order)
        case .stopPart(let number, let part):
            guard let order = self.state.withLock({ $0.orders[number] }) else { return }
            self.launcher.stop(order, part: part)
        }
    }

    private func hear(_ event: LaunchEvent, of number: Int) {
        switch event.kind {
        case .started: return self.take(.started(number))
        case .remaining(let count): return self.take(.remaining(number, count))
        case .ended(let how): self.take(.ended(number, how))
        case .failed(let reason): self.take(.failed(number, reason))
        }
        self.state.withLock { $0.orders[number] = nil }
    }
}

/// All that a process has launched and not stopped: it goes with the process where no scope has ended it.
final class Launches: Sendable {
    private struct State {
        var launches: [Launch] = []
        var isWatching = false
    }

    /// How long the end of the process waits, in nanoseconds.
    private static let endTime: UInt64 = 5_000_000_000

    private static let perProcess = PerProcess { Launches() }
    private let state = Mutex(State())

    static func add(_ launch: Launch) {
        let isFirst = self.perProcess.object.state.withLock { state in
            state.launches.append(launch)
            defer { state.isWatching = true }
            return !state.isWatching
        }
        if isFirst { ProcessExit.perform { self.perProcess.object.endAll() } }
    }

    static func remove(_ launch: Launch) {
        self.perProcess.object.state.withLock { $0.launches.removeAll { $0 === launch } }
    }

    private func endAll() {
        let launches = self.state.withLock { $0.launches }
        for launch in launches { launch.finish() }
        let deadline = MonotonicClock.now + Self.endTime
        for launch in launches { launch.waitUntilOver(until: deadline) }
    }
}

#endif
