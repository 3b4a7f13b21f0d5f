// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
package import JoblibWorkers
import Synchronization

/// A host's side of one connection: passes batches on to a pool of workers of its own, and says what comes of them.
///
/// The pool is a backend of this process, found by its name, so what it can do, the host can do: blame, limits, clean-up.
package final class HostRelay: Sendable {
    private struct State {
        var sessions: [GrantNumber: any WorkerSession] = [:]

        /// How many workers each of them has asked for.
        var workers: [GrantNumber: Int] = [:]
        var batches: [BatchNumber: RelayedBatch] = [:]

        /// Whether the connection has ended.
        var isOver = false

        /// Whether no batch is taken any more.
        var isLeaving = false

        /// Whether it ever had a session.
        var hasServed = false

        /// Until when workers may begin with tasks, a time of `BootClock`; `nil`: for as long as the connection is there.
        var leaseEnd: UInt64?

        mutating func removeSession(of grant: GrantNumber) -> (any WorkerSession)? {
            self.workers[grant] = nil
            return self.sessions.removeValue(forKey: grant)
        }
    }

    /// How many times the slots the workers of all sessions may be together: each session has workers of its own, whatever others have.
    static let largestCrowd = 16

    private let backendName: String
    private let slots: Int
    private let tally: HostTally
    private let arrays: Mutex<HostArrayStore>

    // Relaxed: set by the thread alone that hands messages in, which are what is asked for.
    private let hasHadArrays = Atomic<Bool>(false)
    private let state = Mutex(State())

    // Relaxed: what is said at the same moment may be said or not.
    /// Whether the connection has ended, so that nobody is to be told anything.
    private let isSilent = Atomic<Bool>(false)
    private let send: @Sendable (HostMessage) -> Void
    private let sendAnswer: @Sendable (BatchNumber, [UInt8], [WorkerResult]) -> Void
    private let didEmpty: @Sendable () -> Void

    /// Begins with nothing.
    ///
    /// - Parameters:
    ///   - backend: The name of the backend whose workers do what is to be done.
    ///   - slots: How many workers a session may have.
    ///   - arrayByteCount: How many bytes the large arrays of tasks may have together; `nil`: half of the memory that there is.
    ///   - tally: Counts tasks.
    ///   - send: Sends a message to the coordinator; called by any thread, in order for each batch.
    ///   - sendAnswer: Sends the large arrays of an answer, and the answer, with nothing in between; in the same order.
    ///   - didEmpty: Called when the last batch has ended after ``leave()`` or ``end()``.
    package init(
        backend: String = "loky",
        slots: Int,
        arrayByteCount: Int? = nil,
        tally: HostTally = HostTally(),
        send: @escaping @Sendable (HostMessage) -> Void,
        sendAnswer: @escaping @Sendable (BatchNumber, [UInt8], [WorkerResult]) -> Void,
        didEmpty: @escaping @Sendable () -> Void = {}
    ) {
        self.backendName = backend
        self.slots = slots
        self.tally = tally
        self.arrays = Mutex(HostArrayStore(arrayByteCount.map { .init(byteCount: $0) } ?? .usual))
        self.send = send
        self.sendAnswer = sendAnswer
        self.didEmpty = didEmpty
    }

    /// Does what a coordinator asks for; starting workers takes milliseconds.
    ///
    /// - Parameter message: What it has said.
    /// - Returns: Whether it was anything that a coordinator may say.
    package func receive(_ message: HostMessage) -> Bool {
        switch message {
        case .open(let grant, let workers, let parameters): self.open(grant, workers, parameters)
        case .run(let number, let grant, let payload): self.run(number, grant, payload)
        case .cancel(let number): self.cancel(number)
        case .recall(let grant): (self.state.withLock { $0.sessions[grant] } as? any RecallingSession)?.recall()
        case .close(let grant):
            if let session = self.state.withLock({ $0.removeSession(of: grant) }) { self.close(session) }
        case .forget(let number): self.forget(number)
        case .heartbeat: break
        case .ping(let time): self.tell(.pong(time, self.tally.counts))
        case .answer, .result, .finished, .lastAnswer, .failed, .refused, .leaving, .pong, .observe, .beat, .lease,
            .status, .offer, .fetch, .piece, .unusable:
            return false
        }
        return true
    }

    /// Has workers begin with no task after a time, from now on and in sessions to come.
    ///
    /// - Parameter time: A time of `BootClock`.
    package func lease(until time: UInt64) {
        let sessions = self.state.withLock { state in
            state.leaseEnd = time
            return Array(state.sessions.values)
        }
        for session in sessions { (session as? any RelayingSession)?.lease(until: time) }
    }

    private func open(_ grant: GrantNumber, _ workers: Int, _ parameters: [UInt8]) {
        // The coordinator knows by now that it gets no worker here.
        if self.state.withLock({ $0.isLeaving || $0.isOver }) { return }
        do {
            guard workers <= self.slots else {
                throw ParallelError(.invalidArgument, "\(workers) workers of a host that has \(self.slots)")
            }
            let others = self.state.withLock { $0.workers.values.reduce(0, +) }
            guard others + workers <= Self.largestCrowd * self.slots else {
                throw ParallelError(
                    .resourceExhausted,
                    "\(others) workers of other calls, on a host with \(self.slots) slots; have fewer calls at once"
                )
            }
            let request = try HostParameters(encoded: parameters).request(backend: self.backendName)
            let session = try makeParallelBackend(request).open(OpenRequest(workers: workers))
            let unwanted = self.state.withLock { state -> (any WorkerSession)? in
                if state.isOver { return session }
                state.hasServed = true
                if let end = state.leaseEnd { (session as? any RelayingSession)?.lease(until: end) }
                defer {
                    state.sessions[grant] = session
                    state.workers[grant] = workers
                }
                return state.sessions[grant]
            }
            if let unwanted { self.close(unwanted) }
        } catch let error as ParallelError {
            self.tell(.refused(grant, GrantRefusal(code: error.code.description, detail: error.detail)))
        } catch {
            self.tell(
                .refused(grant, GrantRefusal(code: ParallelError.Code.startupFailed.description, detail: "\(error)"))
            )
        }
    }

    private func run(_ number: BatchNumber, _ grant: GrantNumber, _ payload: [UInt8]) {
        let batch = RelayedBatch(number, self)
        let session = self.state.withLock { state -> (any WorkerSession)? in
            // A number that is taken is a mistake of the coordinator's, who would not tell the two apart.
            guard !state.isOver, !state.isLeaving, state.batches[number] == nil, let session = state.sessions[grant]
            else { return nil }
            state.batches[number] = batch
            return session
        }
        guard let session else { return self.tell(.failed(number, .returned)) }
        let submitted = Batch(payload: payload, call: CallID(relayed: number), batch)
        // One that is let go of counts as lost.
        defer { withExtendedLifetime(submitted) {} }
        do {
            try session.submit(submitted)
        } catch {
            guard let error = error as? ParallelError else {
                return self.end(number, .failed(number, Self.failure(of: error)))
            }
            // It has not begun, and neither would the next one.
            self.end(number, .failed(number, .returned))
            self.tell(.refused(grant, GrantRefusal(code: error.code.description, detail: error.detail)))
        }
    }

    private func cancel(_ number: BatchNumber) {
        let (batch, sessions) = self.state.withLock { state in (state.batches[number], Array(state.sessions.values)) }
        guard let batch else { return }
        batch.giveUp()
        for session in sessions { session.cancel(CallID(relayed: number)) }
    }

    /// Closes a session, whose workers serve other calls then.
    private func close(_ session: any WorkerSession) {
        if self.hasHadArrays.load(ordering: .relaxed) { (session as? any RelayingSession)?.forget(array: nil) }
        session.close()
    }

    // MARK: - Large arrays

    /// Takes in the next bytes of a large array.
    ///
    /// - Parameters:
    ///   - piece: The bytes.
    ///   - number: The number of the array.
    ///   - byteCount: How many it has in all, the same for each piece.
    ///   - isMapped: Whether workers map it.
    /// - Returns: Whether that can be.
    package func receive(_ piece: RawSpan, ofArray number: UInt64, byteCount: UInt64, isMapped: Bool) -> Bool {
        // Nobody would free it.
        if self.state.withLock({ $0.isOver }) { return true }
        self.hasHadArrays.store(true, ordering: .relaxed)
        return self.arrays.withLock { arrays in
            (try? arrays.take(piece, of: number, byteCount: byteCount, isMapped: isMapped)) != nil
        }
    }

    private func forget(_ number: UInt64) {
        self.arrays.withLock { $0.forget(number, at: MonotonicClock.now) }
        for session in self.state.withLock({ Array($0.sessions.values) }) {
            (session as? any RelayingSession)?.forget(array: number)
        }
    }

    /// Frees memory that no array has needed for a while; to be called now and then.
    package func freeOldMemory() {
        if self.hasHadArrays.load(ordering: .relaxed) {
            self.arrays.withLock { $0.freeOld(at: MonotonicClock.now) }
        }
    }

    /// How many bytes of memory the large arrays of tasks have.
    package var arrayByteCount: Int { self.arrays.withLock { $0.byteCount } }

    // MARK: - What comes of batches

    fileprivate func answer(_ number: BatchNumber, _ answer: [UInt8], _ results: [WorkerResult], isWanted: Bool) {
        self.tally.note(answer: answer)
        if results.isEmpty { return self.tell(.answer(number, answer)) }
        // Nothing can be made of it without its arrays, which nobody is to wait for.
        if !isWanted { return self.tell(.answer(number, [])) }
        if !self.isSilent.load(ordering: .relaxed) { self.sendAnswer(number, answer, results) }
    }

    fileprivate func end(_ number: BatchNumber, _ message: HostMessage) {
        let (isKnown, isEmpty, sessions) = self.state.withLock { state in
            let isKnown = state.batches.removeValue(forKey: number) != nil
            let isEmpty = state.batches.isEmpty && (state.isOver || state.isLeaving)
            return (isKnown, isEmpty, isEmpty && state.isOver ? Array(state.sessions.values) : [])
        }
        guard isKnown else { return }
        self.tally.note(end: message)
        self.tell(message)
        for session in sessions { self.close(session) }
        if isEmpty { self.didEmpty() }
    }

    private func tell(_ message: HostMessage) {
        if !self.isSilent.load(ordering: .relaxed) { self.send(message) }
    }

    /// Why a batch was not done, as it travels.
    static func failure(of error: any Error) -> BatchFailure {
        switch error {
        case is BatchNotBegun: return .returned
        case let death as WorkerDeath: return .died(WorkerDeathNotice(death))
        default: return .lost(String("\(error)".prefix(2000)))
        }
    }

    // MARK: - The end

    /// Takes no batch any more, and says so; those that it has are ended.
    package func leave() {
        let (isEmpty, sessions) = self.state.withLock { state in
            state.isLeaving = true
            return (state.batches.isEmpty, Array(state.sessions.values))
        }
        self.tell(.leaving)
        // What has not begun can begin elsewhere.
        for session in sessions { (session as? any RecallingSession)?.recall() }
        if isEmpty { self.didEmpty() }
    }

    /// The connection has ended: nobody wants anything of it any more.
    ///
    /// Sessions are closed with their last batch: a worker whose task heeds that it is cancelled stays for whoever connects next.
    package func end() {
        self.isSilent.store(true, ordering: .relaxed)
        // Batches are cancelled one after the other, and a worker whose task heeds that would begin with the next one.
        self.lease(until: 0)
        let (sessions, batches) = self.state.withLock { state in
            state.isOver = true
            return (state.sessions, state.batches)
        }
        for (number, batch) in batches {
            batch.giveUp()
            for session in sessions.values { session.cancel(CallID(relayed: number)) }
        }
        self.arrays.withLock { $0.forgetAll() }
        guard batches.isEmpty else { return }
        for session in sessions.values { self.close(session) }
        self.didEmpty()
    }

    /// Whether no session is open and no batch is here; and whether there ever was a session.
    package var isIdle: Bool { self.state.withLock { $0.sessions.isEmpty && $0.batches.isEmpty } }
    package var hasServed: Bool { self.state.withLock { $0.hasServed } }

    /// How many batches it has.
    package var batchCount: Int { self.state.withLock { $0.batches.count } }
}

/// A batch of the coordinator's in a worker of the host.
private final class RelayedBatch: ResultsRelay {
    private let number: BatchNumber
    private let relay: HostRelay

    // Relaxed: a flag alone.
    private let isGivenUp = Atomic<Bool>(false)

    init(_ number: BatchNumber, _ relay: HostRelay) {
        self.number = number
        self.relay = relay
    }

    var isObsolete: Bool { self.isGivenUp.load(ordering: .relaxed) }

    func giveUp() { self.isGivenUp.store(true, ordering: .relaxed) }

    /// What the next answer refers to.
    private let results = Mutex<[WorkerResult]>([])

    func bring(_ results: [WorkerResult]) { self.results.withLock { $0 = results } }

    func accept(_ answer: [UInt8]) {
        let results = self.results.withLock { results in
            defer { results = [] }
            return results
        }
        self.relay.answer(self.number, answer, results, isWanted: !self.isObsolete)
    }

    func finish() { self.relay.end(self.number, .finished(self.number)) }

    func fail(_ error: any Error) {
        self.relay.end(self.number, .failed(self.number, HostRelay.failure(of: error)))
    }
}
