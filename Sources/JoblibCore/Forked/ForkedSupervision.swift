// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// One forked worker's life, as the thread of the parent sees it that has forked it and waits for its end.
final class ForkedSupervision {
    private let call: ForkedCall
    private let owner: Loop
    private let runner: Runner
    private let slot: ForkedSlot
    private let assignments: [ForkedLedger.Assignment]

    private var watch: ForkedWatch
    private var worker: (any ForkedWorker)?
    private var action = ForkedWatch.Action.wait

    /// The attempt that the worker was at when it was decided to end it.
    private var doomed: (position: Int, attempt: Int)?

    /// Whether the worker has written something that was handed on.
    private var hasRelayed = false

    /// How many tasks of this worker have been counted.
    private var counted = 0

    private var plan: CallPlan { self.call.plan }

    init(
        _ call: ForkedCall,
        _ owner: Loop,
        _ runner: Runner,
        slot: ForkedSlot,
        _ assignments: [ForkedLedger.Assignment]
    ) {
        self.call = call
        self.owner = owner
        self.runner = runner
        self.slot = slot
        self.assignments = assignments
        self.watch = ForkedWatch(
            now: MonotonicClock.now,
            timeLimit: call.plan.timeLimit,
            ticks: call.plan.report != nil
        )
    }

    // MARK: - The fork

    /// Forks a worker and stays with it until it has ended.
    ///
    /// - Throws: ``ParallelError`` when there is none to be had.
    func run() throws {
        guard let session = self.owner.session as? any ForkingSession else {
            throw ParallelError(.startupFailed, "\(self.plan.backendName) opened a session that cannot fork")
        }
        self.slot.leave()
        let worker: any ForkedWorker
        do {
            worker = try session.fork(self.body(maxTasks: session.maxTasksPerWorker))
        } catch {
            throw ParallelError.wrapping(error, as: .resourceExhausted, self.plan.backendName, "could not fork")
        }
        self.worker = worker
        self.call.control.setLending(worker.canRead)
        self.call.add(worker)
        self.follow(worker, isIdempotent: session.isIdempotent)
        self.call.remove(worker)
    }

    /// What the child does; everything that it needs is made here.
    private func body(maxTasks: Int?) -> @Sendable (_ send: @escaping ([UInt8]) -> Void) -> Void {
        let (call, slot, assignments) = (self.call, self.slot, self.assignments)
        let tasks = call.tasks
        let loop = ChildLoop(call, workerIndex: self.runner.workerIndex)
        return { send in
            unsafe loop.run(indexAt: slot.indexPointer) { runner in
                let forked = ForkedClaims(call, slot, assignments, maxTasks: maxTasks, send: send)
                guard let tasks else { return }
                var claims = unsafe ChunkClaims(forked, tasks, runner, indexAt: slot.indexPointer)
                while true {
                    do {
                        try unsafe tasks.runChunks(&claims, forked: call.slots?.worker)
                        break
                    } catch {
                        guard forked.fail(error) else { break }
                    }
                }
                forked.end()
            }
        }
    }

    // MARK: - Its life

    private func follow(_ worker: any ForkedWorker, isIdempotent: Bool) {
        while true {
            let deadline = self.watch.deadline(
                now: MonotonicClock.now,
                taskStart: self.slot.startedAt
            )
            switch worker.next(until: deadline) {
            case .message(let bytes): self.receive(bytes)
            case .lines(let bytes, let isError): self.relay(bytes, isError: isError)
            case .woken, .late: break
            case .ended(let end): return self.settle(end, isIdempotent: isIdempotent)
            }
            if self.owner.isStopped || self.call.control.isStopped { self.watch.stop(now: MonotonicClock.now) }
            self.count()
            self.look(worker)
        }
    }

    private func look(_ worker: any ForkedWorker) {
        let attempt = self.slot.index.map { (position: $0, attempt: self.slot.attempt) }
        let action = self.watch.look(
            now: MonotonicClock.now,
            taskStart: self.slot.startedAt,
            hasEntered: self.slot.hasEntered,
            standstill: { worker.standstill }
        )
        guard action != .wait else { return }
        self.action = action
        if action == .endTask { self.doomed = attempt }
        worker.kill(recordsStack: action != .endWorker)
    }

    /// Counts what the worker has ended, for those who follow the call.
    private func count() {
        guard let count = self.runner.count, !self.plan.reportsTasks else { return }
        let ended = self.slot.endedCount
        for _ in self.counted..<max(ended, self.counted) { count.add() }
        self.counted = max(ended, self.counted)
    }

    /// Prints what the worker has written, whole lines at a time.
    private func relay(_ bytes: [UInt8], isError: Bool) {
        self.hasRelayed = true
        Console.shared.relay(bytes, to: isError ? .error : .output)
    }

    // MARK: - Messages

    private func receive(_ bytes: [UInt8]) {
        var reader = WorkerMessageReader(bytes)
        // A worker whose memory a task has overwritten may send anything; what it has done is found out from its death.
        while let message = (try? reader.next()) ?? nil {
            guard (0..<self.call.control.count).contains(message.index) else { continue }
            self.receive(message)
        }
    }

    private func receive(_ message: WorkerMessage) {
        let duration = Duration.nanoseconds(Int64(clamping: message.duration))
        switch message.kind {
        case .started:
            self.plan.report?.tell(.taskStarted, self.task(message))
        case .finished:
            self.runner.count?.add()
            self.plan.report?.tell(.finished, self.task(message), at: message.time, duration: duration)
        case .result:
            self.store(message, lentIn: nil)
        case .lent:
            // One that cannot be read any more is made again.
            if let worker = self.worker { self.store(message, lentIn: LentMemory(worker)) }
            self.slot.acknowledge()
        case .notEncodable:
            self.fail(message, self.failure(message, self.error(message), .notEncodable))
        case .retried:
            let failure = self.failure(message, self.error(message), .threw)
            self.plan.report?
                .tell(.retried, self.task(message), at: message.time, duration: duration, failure: failure)
        case .failed:
            self.fail(message, self.failure(message, self.error(message), .threw))
        case .notDecodable, .timedOut, .results:
            // What only workers send whose tasks are sent to them.
            break
        }
    }

    private func store(_ message: WorkerMessage, lentIn memory: LentMemory?) {
        guard let transport = self.call.transport, self.call.control.state(of: message.index) == .open else { return }
        do {
            try self.call.tasks?.store(message.payload, lentIn: memory, at: message.index, transport)
            self.call.control.set(.done, of: message.index)
            self.call.withLedger { $0.noteProgress() }
        } catch {
            if memory?.isLost == true { return }
            self.fail(message, self.failure(message, error, .notDecodable))
        }
    }

    private func error(_ message: WorkerMessage) -> any Error {
        TransportedError.decode(message.payload, self.call.coder, isForked: true)
    }

    private func task(_ message: WorkerMessage) -> TaskIdentity {
        TaskIdentity(
            index: self.call.base + message.index,
            attempt: message.attempt,
            workerIndex: self.runner.workerIndex
        )
    }

    private func failure(_ message: WorkerMessage, _ error: any Error, _ reason: TaskFailure.Reason) -> TaskFailure {
        self.failure(message.index, message.attempt, error, reason, trace: message.trace)
    }

    private func failure(
        _ position: Int,
        _ attempt: Int,
        _ error: any Error,
        _ reason: TaskFailure.Reason,
        trace: String?
    ) -> TaskFailure {
        TaskFailure(
            index: self.call.base + position,
            arguments: self.call.tasks?.argumentText(position) ?? "",
            underlyingError: error,
            reason: reason,
            worker: TaskFailure.Worker(host: ProcessIdentity.hostName, pid: Int(self.worker?.pid ?? 0)),
            attempt: attempt,
            remoteTrace: trace
        )
    }

    private func fail(_ message: WorkerMessage, _ failure: TaskFailure) {
        self.fail(message.index, failure, time: message.time, duration: message.duration)
    }

    private func fail(_ position: Int, _ failure: TaskFailure, time: UInt64, duration: UInt64) {
        guard self.call.control.state(of: position) == .open else { return }
        self.call.withLedger { $0.noteProgress() }
        if let report = self.plan.report {
            if self.plan.reportsTasks { self.runner.count?.add() }
            let task = TaskIdentity(
                index: failure.index,
                attempt: failure.attempt,
                workerIndex: self.runner.workerIndex
            )
            report.tell(
                .failed,
                task,
                at: time,
                duration: .nanoseconds(Int64(clamping: duration)),
                failure: failure
            )
        }
        self.call.fail(position, failure)
    }

    // MARK: - Its end

    private func settle(_ end: ForkedWorkerEnd, isIdempotent: Bool) {
        self.count()
        if let time = self.slot.enteredAt { self.call.noteEntry(at: time) }
        if self.hasRelayed { Console.shared.waitUntilPrinted() }
        // What a task may have overwritten counts only as far as it makes sense.
        let all = 0..<self.call.control.count
        let chunk = self.slot.chunk.clamped(to: all)
        let position = self.slot.index.flatMap { all.contains($0) ? $0 : nil }
        // Results that are written where they belong are there for all tasks before the last one.
        if self.call.transport?.isBitwise ?? true, !end.isDone, let position, chunk.contains(position) {
            self.call.control.set(.done, of: chunk.lowerBound..<position)
        }
        if end.isDone || self.slot.endedCount > 0 || (position ?? chunk.lowerBound) > chunk.lowerBound {
            self.call.withLedger { $0.fatalTasks.end() }
        }
        let verdict = end.isDone ? Blame.nobody : self.blame(end, position, isIdempotent: isIdempotent)
        let isBlamed = verdict == .task
        let isOver = self.owner.isStopped || self.call.control.isStopped
        let rest = isOver ? [] : self.rest(of: chunk, without: end.isDone || !isBlamed ? nil : position)
        self.call.withLedger { $0.left(rest, isolated: verdict == .unknown) }
        self.slot.leave()
    }

    /// What the worker had claimed, or was to begin with, and has not done.
    private func rest(of chunk: Range<Int>, without position: Int?) -> [Range<Int>] {
        let claimed = [chunk] + self.assignments.map(\.range).filter { !$0.overlaps(chunk) }
        let open = claimed.flatMap { self.call.control.positions(.open, in: $0) }
        guard let position else { return open }
        return open.flatMap { range in
            range.contains(position) ? [range.lowerBound..<position, position + 1..<range.upperBound] : [range]
        }
    }

    /// Whom the death of a worker is laid to.
    private enum Blame {
        case task, nobody

        /// One of its tasks, but which is not known.
        case unknown
    }

    /// Finds out which task has ended the worker, and what follows.
    private func blame(_ end: ForkedWorkerEnd, _ position: Int?, isIdempotent: Bool) -> Blame {
        let isOver = self.owner.isStopped || self.call.control.isStopped
        if let failure = end.startupFailure {
            self.owner.stop(ParallelError(.startupFailed, "\(self.plan.backendName): \(failure)"))
            return .nobody
        }
        // What is ended after the call is nobody's fault.
        if isOver || self.action == .endWorker { return .nobody }
        // It has gone on to another task between the decision and its end.
        if let doomed = self.doomed, doomed.position != position || doomed.attempt != self.slot.attempt {
            return .nobody
        }
        let death = WorkerDeath(end, cause: self.action, limit: self.plan.timeout)
        guard let position, self.action != .endStuck, self.call.control.state(of: position) == .open else {
            self.noteUnexplained(death, end)
            return .unknown
        }
        let attempt = self.slot.attempt
        let error: any Error = death.reason == .timedOut ? TaskTimeout(limit: self.plan.timeout ?? .zero) : death
        let failure = self.failure(position, attempt, error, death.reason, trace: end.stackTrace)
        let task = TaskIdentity(index: failure.index, attempt: attempt, workerIndex: self.runner.workerIndex)
        self.plan.report?.tell(.workerLost, task)
        let verdict = self.call.withLedger {
            $0.judge(
                position,
                attempt: attempt,
                retries: self.plan.retries,
                isFromOutside: isIdempotent && death.isFromOutside
            )
        }
        let now = MonotonicClock.now
        let duration = now - min(now, self.slot.startedAt ?? now)
        switch verdict {
        case .again:
            self.plan.report?
                .tell(.retried, task, duration: .nanoseconds(Int64(clamping: duration)), failure: failure)
        case .failed, .quarantined:
            let final = verdict == .quarantined ? failure.quarantined : failure
            self.fail(position, final, time: now, duration: duration)
            self.noteFatalTask(final, now: now)
        }
        return .task
    }

    /// Ends a call whose workers do nothing but die.
    private func noteFatalTask(_ failure: TaskFailure, now: UInt64) {
        // A limit of time has taken its time, and ends workers that are well.
        guard self.call.keepsGoing, self.call.hasWork || self.call.hasOpenTasks, failure.reason != .timedOut else {
            return
        }
        let streak = self.call.withLedger { ledger in
            ledger.fatalTasks.note(failure.description, now: now) ? ledger.fatalTasks : nil
        }
        if let streak { self.owner.stop(streak.error(self.plan.backendName)) }
    }

    private func noteUnexplained(_ death: WorkerDeath, _ end: ForkedWorkerEnd) {
        guard self.call.withLedger({ $0.noteUnexplainedDeath(isStuck: self.action == .endStuck) }) else { return }
        let name = self.plan.backendName
        self.owner.stop(
            ParallelError(
                .poolUnhealthy,
                "workers of \(name) die again and again outside of tasks, the last one: \(death)"
            )
        )
    }
}
