// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

// What workers say, on whatever thread the backend says it.

extension ShippingLoop {
    /// Takes an answer in, which may be anything: what makes no sense is ignored.
    func accept(_ answer: [UInt8], of shipment: Shipment) {
        if answer.count > ShippingWindow.smallByteCount { self.noteAnswer(of: answer.count) }
        guard var answer = try? WorkerAnswer(decoding: answer) else { return }
        var isAnything = false
        while let message = (try? answer.next()) ?? nil {
            self.receive(message, answer, shipment)
            isAnything = true
        }
        // Once for all of them, since whoever waits would be woken for each; and of a list nobody takes a part.
        if isAnything, !self.isList { self.didChange() }
    }

    /// Notes how large an answer is.
    func noteAnswer(of byteCount: Int) { self.state.withLock { $0.ahead.noteAnswer(of: byteCount) } }

    /// Takes in the results of tasks in a row, which are plain bytes.
    private func receiveRow(_ message: WorkerMessage, _ answer: WorkerAnswer, _ shipment: Shipment) {
        var reader = ByteReader(message.payload)
        guard let byteCount = self.coding.plainOutputByteCount, let count = try? reader.integer(Int.self), count > 0,
            let bytes = try? reader.counted(), reader.isAtEnd
        else { return }
        let (size, overflow) = count.multipliedReportingOverflow(by: byteCount)
        guard !overflow, size == bytes.count else { return }
        var tasks: ArraySlice<ShippedBody> = []
        let isTaken = self.state.withLock { state in
            guard self.isOut(shipment, state),
                shipment.entries.takeRow(message.index, count, attempt: message.attempt)
            else { return false }
            shipment.addWork(message.duration)
            unsafe bytes.withUnsafeBytes { unsafe shipment.group.succeed(message.index, count, plain: $0) }
            state.ledger.noteProgress()
            state.ledger.fatalTasks.end()
            tasks = self.handOn(shipment.group, &state)
            return true
        }
        withExtendedLifetime(tasks) {}
        guard isTaken, let report = self.plan.report else { return }
        let duration = Duration.nanoseconds(Int64(clamping: message.duration / UInt64(count)))
        for index in message.index..<message.index + count {
            let task = TaskIdentity(index: index, attempt: message.attempt, workerIndex: answer.workerIndex)
            report.tell(.finished, task, duration: duration)
        }
    }

    private func receive(_ message: WorkerMessage, _ answer: WorkerAnswer, _ shipment: Shipment) {
        let duration = Duration.nanoseconds(Int64(clamping: message.duration))
        let task = TaskIdentity(index: message.index, attempt: message.attempt, workerIndex: answer.workerIndex)
        let report = self.plan.report
        switch message.kind {
        case .started:
            let isKnown = self.state.withLock { state in
                let isKnown = self.isOut(shipment, state) && shipment.entries.contains(message.index)
                if isKnown { shipment.current = message.index }
                return isKnown
            }
            if isKnown { report?.tell(.taskStarted, task) }
        case .retried:
            guard let entry = self.take(message, shipment, isAgain: true) else { return }
            let failure = self.failure(entry, shipment, message, answer, .threw)
            report?.tell(.retried, task, duration: duration, failure: failure)
        case .result:
            guard let entry = self.take(message, shipment) else { return }
            do {
                try self.succeed(entry, message.payload, of: shipment.group) {
                    report?.tell(.finished, task, duration: duration)
                }
            } catch {
                let failure = self.failure(entry, of: shipment.group, error, .notDecodable, answer.worker)
                self.fail(entry, failure, shipment, task, duration)
            }
        case .failed, .notEncodable, .notDecodable:
            guard let entry = self.take(message, shipment) else { return }
            let reason: TaskFailure.Reason =
                switch message.kind {
                case .notEncodable: .notEncodable
                case .notDecodable: .notDecodable
                default: .threw
                }
            self.fail(entry, self.failure(entry, shipment, message, answer, reason), shipment, task, duration)
        case .timedOut:
            guard let entry = self.take(message, shipment) else { return }
            self.state.withLock { _ in shipment.hasTimedOut = true }
            let limit = self.plan.timeout ?? .zero
            let failure = self.failure(
                entry,
                of: shipment.group,
                TaskTimeout(limit: limit),
                .timedOut,
                answer.worker,
                trace: message.trace.map { StackTrace(portable: $0)?.description ?? $0 }
            )
            self.tryAgain(entry, failure, shipment, task, isFromOutside: false)
        case .results:
            self.receiveRow(message, answer, shipment)
        case .finished, .lent:
            break
        }
    }

    /// Whether a batch is with its worker, as far as the call knows; one that it has given up has nothing more to say.
    private func isOut(_ shipment: Shipment, _ state: State) -> Bool {
        !shipment.isFinished && !state.isGivenUp
    }

    /// Takes a task out of those that have not ended, or notes that it is at another attempt.
    private func take(_ message: WorkerMessage, _ shipment: Shipment, isAgain: Bool = false) -> ShippingLedger.Entry? {
        self.state.withLock { state in
            guard self.isOut(shipment, state), var entry = shipment.entries.take(message.index) else { return nil }
            let untouched = entry
            let attempts = min(max(message.attempt - entry.attempt, 0), entry.retries)
            entry.attempt += attempts
            entry.retries -= attempts
            shipment.addWork(message.duration)
            if isAgain {
                guard entry.retries > 0 else {
                    // It has no further attempt, whatever the worker says.
                    shipment.entries.putFirst(untouched)
                    return nil
                }
                var next = entry
                next.attempt += 1
                next.retries -= 1
                shipment.entries.putFirst(next)
            }
            return entry
        }
    }

    private func failure(
        _ entry: ShippingLedger.Entry,
        _ shipment: Shipment,
        _ message: WorkerMessage,
        _ answer: WorkerAnswer,
        _ reason: TaskFailure.Reason
    ) -> TaskFailure {
        let error = TransportedError.decode(message.payload, self.coder, isForked: false)
        return self.failure(entry, of: shipment.group, error, reason, answer.worker, trace: message.trace)
    }

    private func fail(
        _ entry: ShippingLedger.Entry,
        _ failure: TaskFailure,
        _ shipment: Shipment,
        _ task: TaskIdentity,
        _ duration: Duration
    ) {
        self.plan.report?.tell(.failed, task, duration: duration, failure: failure)
        self.fail(entry, failure, of: shipment.group)
    }

    // MARK: - The end of a batch

    /// Notes that a batch is with no worker any more, and sees to what it has left undone.
    ///
    /// - Parameters:
    ///   - shipment: The batch.
    ///   - cause: Why its worker is gone; `nil` when it is not.
    /// - Returns: Whether all was done that is wanted.
    func didFinish(_ shipment: Shipment, lostBy cause: (any Error)?) -> Bool {
        let (isFirst, rest, isHopeless) = self.state.withLock { state -> (Bool, [ShippingLedger.Entry], Bool) in
            let isFirst = self.isOut(shipment, state)
            shipment.isFinished = true
            if cause == nil { state.ahead.noteEnd() }
            let isReturned = (cause as? BatchNotBegun)?.isReturned == true
            // Of a batch that was too large it is known how long what was done of it took.
            let endedCount = shipment.count - shipment.entries.count
            if cause == nil || (isReturned && endedCount > 0) {
                state.sizer.didRun(endedCount, work: shipment.work)
            }
            let isWanted = isFirst && !shipment.group.isHandedOn && !self.isStopped
            // What comes after a failure that ends the stream is not wanted either.
            let end = shipment.group.endingIndex ?? .max
            let rest = isWanted ? shipment.entries.all.filter { $0.index < end } : []
            if rest.isEmpty {
                if isFirst { state.shipmentCount -= 1 }
                return (isFirst, rest, false)
            }
            if !isReturned { state.ledger.noteLoss(sentIn: shipment.lossRound) }
            return (isFirst, rest, state.ledger.isHopeless)
        }
        guard isFirst else { return true }
        shipment.letGo()
        guard !rest.isEmpty else {
            self.didChange()
            return true
        }
        // Last: who finds nothing with workers, and nothing to be sent again, ends the call.
        defer {
            self.state.withLock { if !$0.isGivenUp { $0.shipmentCount -= 1 } }
            self.didChange()
        }
        let why = cause.map { "\($0)" } ?? "its worker left tasks undone"
        if isHopeless {
            let name = self.plan.backendName
            self.stop(
                ParallelError(.poolUnhealthy, "\(name) loses batch after batch, and no task ends; the last: \(why)")
            )
        } else if let death = cause as? WorkerDeath {
            self.blame(death, rest, shipment)
        } else if cause is BatchNotBegun, shipment.isLone {
            self.state.withLock { $0.lone.add((group: shipment.group, entries: ShippedEntries(rest))) }
        } else if cause is BatchNotBegun {
            // In parts, since there may be a worker for each.
            let size = max(1, (rest.count + self.workers - 1) / self.workers)
            self.state.withLock { state in
                for start in stride(from: 0, to: rest.count, by: size).reversed() {
                    let part = Array(rest[start..<min(start + size, rest.count)])
                    state.reruns.append((shipment.group, ShippedEntries(part)))
                }
            }
        } else {
            let error = cause ?? WorkerLoss(description: why)
            if let error = error as? ParallelError { self.plan.report?.fault(error) }
            let isStalled = (error as? ParallelError)?.code == .stalled
            let hasHope = !isStalled || self.state.withLock { state in rest.allSatisfy { state.ledger.mayLose($0) } }
            guard hasHope else {
                self.stop(error)
                return false
            }
            for entry in rest {
                self.lost(entry, error, .workerLost, shipment, isFromOutside: true)
            }
        }
        return false
    }

    /// Finds the task in which the process has ended; the others run again without blame.
    private func blame(_ death: WorkerDeath, _ rest: [ShippingLedger.Entry], _ shipment: Shipment) {
        // The worker has said which task it was, and has ended for it.
        let isExplained = death.reason.exitCode == PortableWorker.overrunStatus && shipment.hasTimedOut
        let known = death.taskIndex ?? (rest.count == 1 ? rest[0].index : shipment.current)
        let culprit = isExplained ? nil : rest.first { $0.index == known }
        guard let culprit else {
            // One by one, unless it is known that none of them did it.
            let batches = isExplained ? [rest] : rest.map { [$0] }
            return self.state.withLock { state in
                state.reruns += batches.reversed().map { (group: shipment.group, entries: ShippedEntries($0)) }
            }
        }
        // It is known what has happened, so something has come of the loss.
        self.state.withLock { $0.ledger.noteProgress() }
        let others = rest.filter { $0 != culprit }
        if !others.isEmpty {
            self.state.withLock { $0.reruns.append((group: shipment.group, entries: ShippedEntries(others))) }
        }
        self.lost(culprit, death, death.reason, shipment, isFromOutside: death.isFromOutside)
    }

    private func lost(
        _ entry: ShippingLedger.Entry,
        _ error: any Error,
        _ reason: TaskFailure.Reason,
        _ shipment: Shipment,
        isFromOutside: Bool
    ) {
        let death = error as? WorkerDeath
        let worker = TaskFailure.Worker(
            host: death.map { $0.host ?? ProcessIdentity.hostName } ?? "",
            pid: Int(death?.pid ?? 0)
        )
        let failure = self.failure(entry, of: shipment.group, error, reason, worker, trace: death?.stackTrace)
        let task = TaskIdentity(index: entry.index, attempt: entry.attempt, workerIndex: 0)
        self.plan.report?.tell(.workerLost, task)
        self.tryAgain(entry, failure, shipment, task, isFromOutside: isFromOutside)
    }

    /// Has a task run again if it may, and fails it if not.
    private func tryAgain(
        _ entry: ShippingLedger.Entry,
        _ failure: TaskFailure,
        _ shipment: Shipment,
        _ task: TaskIdentity,
        isFromOutside: Bool
    ) {
        let mayRepeat = isFromOutside && self.plan.settings.shippingBackend?.isIdempotent != false
        let next = self.state.withLock { state -> ShippingLedger.Entry? in
            guard let next = state.ledger.retry(entry, isFromOutside: mayRepeat) else { return nil }
            let work = (group: shipment.group, entries: ShippedEntries(next, count: 1))
            if (failure.underlyingError as? WorkerDeath)?.ranOutOfMemory == true {
                state.lone.add(work)
            } else {
                state.reruns.append(work)
            }
            return next
        }
        guard next == nil else {
            self.plan.report?.tell(.retried, task, failure: failure)
            return self.didChange()
        }
        let final = mayRepeat ? failure.quarantined : failure
        self.fail(entry, final, shipment, task, .zero)
        self.noteFatalTask(final)
    }

    /// Ends a call whose workers do nothing but die.
    private func noteFatalTask(_ failure: TaskFailure) {
        // A limit of time has taken its time, and ends workers that are well; and another loss says nothing of the task.
        guard failure.underlyingError is WorkerDeath, !self.isStopped else { return }
        let streak = self.state.withLock { state -> FatalStreak? in
            // Of the last tasks there is nothing left to give up.
            guard !state.stream.isOver || state.shipmentCount > 0 || !state.reruns.isEmpty || !state.lone.isEmpty
            else { return nil }
            return state.ledger.fatalTasks.note(failure.description, now: MonotonicClock.now)
                ? state.ledger.fatalTasks : nil
        }
        if let streak { self.stop(streak.error(self.plan.backendName)) }
    }
}

/// The underlying error of a task whose worker has left it undone, for no reason that is known.
struct WorkerLoss: Error, CustomStringConvertible {
    let description: String
}
