// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
import Synchronization

// SAFETY: `state` is touched on the executor alone, which does one thing at a time; the rest are constants, atomics and locks.
/// Does what a coordinator decides: the shell around ``Coordinator``, without a network of its own.
///
/// All that happens is handled on one executor, one after the other; other threads leave what they want in a list.
package final class ClusterDriver: @unchecked Sendable {
    private struct State {
        var links = NumberedRecords<any HostLink>()
        var hosts: [LinkNumber: HostDescription] = [:]
        var followers = HostFollowers()

        /// Which arrays a host has, or will have before it reads anything that is sent from now on.
        var arrays: [LinkNumber: Set<UInt64>] = [:]
        var batches = NumberedRecords<HeldBatch>()
        var sessions: [SessionNumber: ClusterSession] = [:]

        /// What was said last, all of the same session.
        var results: [ResultQueue.Item] = []
        var resultQueue: ResultQueue?
        var lastLink: LinkNumber = 0
        var speaker: LinkNumber = 0
        var lastBatch: BatchNumber = 0
        var stopAlarm: (@Sendable () -> Void)?
    }

    // Touched on the executor alone.
    private var coordinator: Coordinator

    /// Empty, and memory for effects.
    private var effects: [CoordinatorEffect] = []
    private var state = State()

    /// What hosts have said of themselves.
    var pulses: [LinkNumber: HostPulse] = [:]

    /// From whom what comes is read.
    var reading = LinkReading()

    private let executor: any ClusterExecutor
    let settings: CoordinatorSettings
    private let observe: @Sendable (ClusterEvent) -> Void
    private let wishes = Mutex(ClusterWishes())
    private let sessionCount = Atomic<UInt64>(0)
    private let forkDepth = ThisProcess.forkDepth

    /// Whether this is a copy of the process that has made the driver.
    var isCopy: Bool { ThisProcess.forkDepth != self.forkDepth }

    /// How many workers the hosts have that are there; moves ``hostChange``.
    let slots = Atomic<Int>(0)
    let hostChange = WaitWord()

    let inbox: ResultInbox

    /// Where large results come to.
    let memory = BackedAhead()

    /// What has come of answers that have not.
    var arriving: [LinkNumber: ArrivingResults] = [:]

    /// Begins without hosts.
    ///
    /// - Parameters:
    ///   - settings: Times and limits.
    ///   - executor: Where everything happens.
    ///   - observe: Is told what becomes of hosts; on the executor.
    /// - Throws: `ParallelError` when the system has no thread left to give.
    package init(
        _ settings: CoordinatorSettings,
        on executor: any ClusterExecutor,
        observe: @escaping @Sendable (ClusterEvent) -> Void = { _ in }
    ) throws {
        self.coordinator = Coordinator(settings: settings)
        self.settings = settings
        self.executor = executor
        self.observe = observe
        let driver = DriverReference()
        do {
            self.inbox = try ResultInbox(
                fullnessChanged: { driver.driver?.matchReading() },
                foundUndone: { link in driver.driver?.accuse(link) }
            )
        } catch {
            throw ParallelError(.resourceExhausted, "no thread to take results in on: \(error); use fewer threads")
        }
        driver.driver = self
    }

    // MARK: - Hosts; on the executor

    /// Why a host is not to join; `nil`: it may.
    package func refusal(of host: Greeting) -> GreetingRefusal? {
        guard self.coordinator.isExcluded(host.processID, at: MonotonicClock.now) else { return nil }
        return GreetingRefusal(code: .excluded, detail: self.coordinator.exclusionText(of: host.name))
    }

    /// A host has greeted, and was greeted.
    ///
    /// - Returns: The number of its connection.
    package func join(_ host: HostDescription, _ link: any HostLink) -> LinkNumber {
        self.state.lastLink += 1
        let number = self.state.lastLink
        self.state.links[number] = link
        self.state.hosts[number] = host
        self.adjustReading()
        // First of all, so that neither side takes the other's usual silence for its end.
        self.beat(link)
        self.handle(.joined(number, host))
        return number
    }

    /// Bytes have come from a host.
    package func hear(_ link: LinkNumber) { self.handle(.heard(link)) }

    /// A host has said something.
    package func receive(_ message: HostMessage?, from link: LinkNumber) {
        // One that was disconnected may still have something to say.
        guard self.isConnected(link) else { return }
        self.state.speaker = link
        let report: HostReport
        switch message {
        case .answer(let batch, let bytes), .lastAnswer(let batch, let bytes):
            guard let answer = self.answer(to: batch, bytes, from: link) else {
                report = .nonsense
                break
            }
            self.handle(.message(link, .answer(batch)), answer: answer)
            guard case .lastAnswer = message else { return }
            report = .finished(batch)
        case .result(let batch, let array):
            if self.announce(array, of: batch, from: link) { return }
            report = .nonsense
        case .finished(let batch):
            self.forgetResults(of: batch, from: link)
            report = .finished(batch)
        case .failed(let batch, .died(var notice)):
            self.forgetResults(of: batch, from: link)
            notice.host = self.state.hosts[link]?.name ?? ""
            report = .failed(batch, .died(notice))
        case .failed(let batch, let failure):
            self.forgetResults(of: batch, from: link)
            report = .failed(batch, failure)
        case .refused(let grant, let refusal): report = .refused(grant, refusal)
        case .leaving: report = .leaving
        case .heartbeat: return self.handle(.heard(link))
        case .beat(let time):
            // Before the answer, so that nobody else gets what the host may begin with on account of it.
            self.handle(.heard(link))
            self.state.links[link]?.send(.lease(time))
            return
        case .pong(let time, let counts):
            self.notePong(time, counts, from: link)
            return self.handle(.heard(link))
        default: report = .nonsense
        }
        self.handle(.message(link, report))
    }

    /// A connection has ended.
    package func leave(_ link: LinkNumber, _ reason: String) {
        guard self.state.links.remove(link) != nil else { return }
        self.handle(.left(link, reason))
        self.forget(link)
    }

    private func forget(_ link: LinkNumber) {
        self.pulses[link] = nil
        if self.reading.forget(link) { self.adjustReading() }
        self.state.hosts[link] = nil
        self.state.arrays[link] = nil
        self.arriving[link] = nil
    }

    /// Ends a connection while effects are performed, of which it makes more.
    private func drop(_ link: LinkNumber, _ reason: String, _ effects: inout [CoordinatorEffect]) {
        guard let connection = self.state.links.remove(link) else { return }
        connection.disconnect(reason)
        self.coordinator.handle(.left(link, reason), at: MonotonicClock.now, into: &effects)
        self.forget(link)
    }

    func wants(_ batch: BatchNumber, from link: LinkNumber) -> Bool { self.coordinator.wants(batch, from: link) }

    func isConnected(_ link: LinkNumber) -> Bool { self.state.links.contains(link) }

    var connections: [(LinkNumber, any HostLink)] {
        self.state.links.numbers.compactMap { number in self.state.links[number].map { (number, $0) } }
    }

    var hostStates: [HostState] { self.coordinator.hostStates }

    func traffic(of link: LinkNumber) -> LinkTraffic { self.state.links[link]?.traffic ?? LinkTraffic() }

    /// What has come is to be handed on: the end of a turn of the executor in which something was said.
    package func flush() {
        let results = self.state.results
        self.state.results.removeAll(keepingCapacity: true)
        self.state.resultQueue?.add(results)
        self.state.resultQueue = nil
    }

    /// Ends every connection; hosts find other work.
    package func disconnectAll() {
        self.executor.execute {
            for number in self.state.links.numbers {
                self.state.links[number]?.disconnect("the coordinator needs its hosts no more")
                self.leave(number, "closed")
            }
            self.flush()
        }
    }

    /// A host has said that a batch is done, and its answers were for less, or made no sense.
    private func accuse(_ link: LinkNumber) {
        self.executor.execute {
            self.handle(.message(link, .nonsense))
            self.flush()
        }
    }

    /// Listens to hosts, or not, as it is then and not as it was when somebody noticed: threads may come in another order.
    private func matchReading() { self.executor.execute { self.adjustReading() } }

    // MARK: - Sessions; on any thread

    /// Opens a session, and waits until it has a worker.
    ///
    /// - Parameters:
    ///   - request: What the core wants.
    ///   - wishes: The same, as coordinators put it.
    ///   - parameters: What hosts are told of it.
    ///   - limit: How long it waits.
    ///   - explain: Why hosts are not there, where that is known.
    ///   - didClose: Called when it is closed; not when none is returned.
    /// - Returns: The session.
    /// - Throws: `ParallelError`.
    package func open(
        _ request: OpenRequest,
        _ wishes: SessionWishes,
        parameters: [UInt8],
        within limit: Duration,
        explain: () -> [String],
        didClose: @escaping @Sendable () -> Void
    ) throws -> ClusterSession {
        try self.refuseInCopy()
        let number = self.sessionCount.wrappingAdd(1, ordering: .relaxed).newValue
        let session = ClusterSession(number, self, request, parameters: parameters)
        self.wish(.open(session, wishes))
        do {
            try session.waitForWorkers(within: limit, explain: explain)
        } catch {
            session.close()
            throw error
        }
        session.whenClosed(didClose)
        return session
    }

    func submit(_ batch: Batch, _ arrays: [HostArray], _ session: ClusterSession) throws {
        try self.refuseInCopy()
        self.wish(.submit(session, HeldBatch(batch, session.queue(of: batch.call), arrays)))
    }

    /// Nobody refers to an array any more.
    func forget(array number: UInt64) { self.wish(.forget(array: number)) }

    func cancel(_ call: CallID, _ session: ClusterSession) { self.wish(.cancel(session, call)) }

    func close(_ session: ClusterSession) { self.wish(.close(session)) }

    private func wish(_ wish: ClusterWish) {
        if self.isCopy { return }
        if self.wishes.withLock({ $0.add(wish) }) { self.executor.execute { self.fulfil() } }
    }

    private func fulfil() {
        let (wishes, mustLookAgain) = self.wishes.withLock { $0.take() }
        if mustLookAgain {
            _ = self.executor.schedule(at: MonotonicClock.now + ClusterWishes.gatheringTime) { self.fulfil() }
        }
        for wish in wishes {
            switch wish {
            case .open(let session, let wishes):
                self.state.sessions[session.number] = session
                self.handle(.opened(session.number, wishes))
            case .submit(let session, let held):
                self.state.lastBatch += 1
                let number = self.state.lastBatch
                self.state.batches[number] = held
                self.handle(.submitted(session.number, number, call: held.batch.call.number))
            case .cancel(let session, let call): self.handle(.cancelled(session.number, call: call.number))
            case .close(let session):
                self.handle(.closed(session.number))
                self.state.sessions[session.number] = nil
                self.state.followers.remove(session.number)
            case .forget(let number):
                for link in self.state.arrays.keys.sorted() where self.state.arrays[link]?.remove(number) != nil {
                    self.send(.forget(number), link)
                }
            }
        }
        self.flush()
    }

    // MARK: - What is decided, done

    private func handle(_ event: CoordinatorEvent, answer: WorkerAnswer? = nil) {
        // Out of the driver, where each access would be checked.
        var effects = exchange(&self.effects, with: [])
        self.coordinator.handle(event, at: MonotonicClock.now, into: &effects)
        // An effect may lead to a further event, such as that a connection has ended: then there are more of them.
        var next = 0
        while next < effects.count {
            let effect = effects[next]
            next += 1
            self.perform(effect, answer, &effects)
        }
        effects.removeAll(keepingCapacity: true)
        self.effects = effects
    }

    private func perform(_ effect: CoordinatorEffect, _ answer: WorkerAnswer?, _ effects: inout [CoordinatorEffect]) {
        switch effect {
        case .open(let link, let grant, let session, let workers):
            let parameters = self.state.sessions[session]?.parameters ?? []
            self.send(.open(grant, workers: workers, parameters: parameters), link)
            if let host = self.state.hosts[link], self.state.followers.add(session, host.processID) {
                self.state.sessions[session]?.tell(.joined(host.name, workers: host.slots))
            }
        case .run(let link, let batch, let grant):
            guard let held = self.state.batches[batch] else { return }
            for array in held.arrays where self.state.arrays[link, default: []].insert(array.number).inserted {
                self.state.links[link]?.send(array)
            }
            self.send(.run(batch, grant, payload: held.batch.payload), link)
        case .cancel(let link, let batch): self.send(.cancel(batch), link)
        case .recall(let link, let grant): self.send(.recall(grant), link)
        case .close(let link, let grant): self.send(.close(grant), link)
        case .heartbeat(let link):
            if let link = self.state.links[link] { self.beat(link) }
            // Who is not listened to cannot be heard.
            if self.reading.muted.contains(link) {
                self.coordinator.handle(.unread(link), at: MonotonicClock.now, into: &effects)
            } else if self.reading.isStuck(link) {
                self.drop(link, "what it sends does not come to an end", &effects)
            }
        case .disconnect(let link, let reason):
            self.state.links.remove(link)?.disconnect(reason)
            self.forget(link)
        case .accept(let batch):
            guard let answer, let held = self.state.batches[batch] else { return }
            self.add(.answer(held.batch, answer), of: held)
        case .finish(let batch):
            guard let held = self.state.batches.remove(batch) else { return }
            self.add(.finished(held.batch, self.state.speaker), of: held)
        case .fail(let batch, let failure):
            guard let held = self.state.batches.remove(batch) else { return }
            self.add(.failed(held.batch, failure.error), of: held)
        case .workersChanged(let session, let count): self.state.sessions[session]?.setWorkers(count)
        case .sessionFailed(let session, let failure): self.state.sessions[session]?.fail(failure.error)
        case .leftOut(let session, let host, let why):
            self.state.followers.remove(session, host.processID)
            self.state.sessions[session]?.tell(.excluded(host.name, because: why))
        case .report(let event): self.report(event)
        case .wake(let time):
            self.state.stopAlarm?()
            self.state.stopAlarm = self.executor.schedule(at: time) {
                self.handle(.woken)
                self.flush()
            }
        }
    }

    private func add(_ item: ResultQueue.Item, of held: HeldBatch) {
        if self.state.resultQueue !== held.results {
            self.flush()
            self.state.resultQueue = held.results
        }
        self.state.results.append(item)
    }

    private func send(_ message: HostMessage, _ link: LinkNumber) { self.state.links[link]?.send(message) }

    private func report(_ event: ClusterEvent) {
        self.slots.wrappingAdd(self.state.followers.slotChange(by: event), ordering: .relaxed)
        for (session, told) in self.state.followers.events(of: event) { self.state.sessions[session]?.tell(told) }
        self.hostChange.advance()
        self.observe(event)
    }
}
