// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import JoblibPOSIX

/// A forked worker's way through the tasks of its call; used by its one thread, in the child alone.
///
/// What it needs was decided before the fork: what the child's code does for the first time may wait for a lock that a thread
/// of the parent held.
final class ForkedClaims {
    private let call: ForkedCall
    private let slot: ForkedSlot
    private let send: ([UInt8]) -> Void
    private let reports: Bool
    private let isTimed: Bool

    private var assignments: [ForkedLedger.Assignment]
    private var tasksLeft: Int
    private var sizer: ForkedChunkSizer
    private var attempt = 1
    private var freeAttempts = 0
    private var isIsolated = false
    private var writer = WorkerMessageWriter()

    /// What the parent has not read yet, one for each result, and how many it has.
    private var lent: [LentParts] = []
    private var takenBack = 0

    /// How many bytes a worker lends at most while it goes on.
    private static let mostLent = 64 << 20

    /// The chunk at work.
    private var chunk = 0..<0

    init(
        _ call: ForkedCall,
        _ slot: ForkedSlot,
        _ assignments: [ForkedLedger.Assignment],
        maxTasks: Int?,
        send: @escaping ([UInt8]) -> Void
    ) {
        self.call = call
        self.slot = slot
        self.assignments = assignments.reversed()
        self.tasksLeft = maxTasks ?? .max
        self.send = send
        self.reports = call.plan.reportsTasks
        self.isTimed = call.plan.timeLimit != nil
        self.sizer = ForkedChunkSizer(
            fixedSize: call.batchSize,
            workers: call.plan.workers,
            isEncoded: call.transport?.isBitwise == false
        )
    }

    // MARK: - Claims

    /// Ends the chunk at work and claims the next; `nil` when this worker is to leave.
    func next() -> Range<Int>? {
        self.finish(self.chunk)
        self.chunk = 0..<0
        guard !self.call.control.isStopped, self.tasksLeft > 0, let chunk = self.claim() else {
            self.slot.enter(0..<0)
            return nil
        }
        self.begin(chunk)
        return chunk
    }

    private func claim() -> Range<Int>? {
        if var assignment = self.assignments.popLast() {
            self.attempt = assignment.attempt
            self.freeAttempts = assignment.freeAttempts
            self.isIsolated = assignment.isIsolated
            let range = assignment.range.prefix(self.tasksLeft)
            if range.count < assignment.range.count {
                assignment.range = range.upperBound..<assignment.range.upperBound
                self.assignments.append(assignment)
            }
            return range
        }
        self.attempt = 1
        self.freeAttempts = 0
        self.isIsolated = false
        var size = self.sizer.next(unclaimed: self.call.control.unclaimed, now: MonotonicClock.now)
        // In the midst of a chunk no mark is written.
        if joblib_output_wants_marks() != 0 { size = 1 }
        return self.call.control.claim(min(size, self.tasksLeft))
    }

    private func begin(_ chunk: Range<Int>) {
        self.chunk = chunk
        self.slot.enter(chunk)
        self.slot.begin(chunk.lowerBound, attempt: self.attempt)
        unsafe joblib_task_state_current().pointee.attempt = Int64(self.attempt)
        self.tasksLeft -= chunk.count
        self.printsNow(chunk.lowerBound, among: chunk.count)
    }

    /// Says that what is printed from here on is a task's, or one's of several.
    private func printsNow(_ index: Int, among count: Int = 1) {
        let isShown = count == 1 && self.call.plan.tagsOutput
        joblib_output_begin(Int64(self.call.base + index), Int64(count), isShown ? 1 : 0)
    }

    /// Hands in the results of tasks that have returned.
    private func finish(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        if let transport = self.call.transport, !transport.isBitwise, let slots = self.call.slots {
            for index in range {
                if self.call.plan.tagsOutput { self.printsNow(index) }
                // Should it crash, it is this task's result that did it.
                self.slot.begin(index, attempt: self.attempt, at: self.isTimed ? MonotonicClock.now : 0)
                self.encode(index, transport, slots)
            }
            if self.isIsolated { self.flush() }
        } else {
            self.call.control.set(.done, of: range)
        }
        self.slot.endTask()
        self.slot.addEnded(range.count)
        self.flushIfLarge()
    }

    /// Encodes a result, large parts of which stay where they are for the parent to read.
    private func encode(_ index: Int, _ transport: ResultTransport, _ slots: ResultSlots) {
        var parts = self.isIsolated || !self.call.control.canLend() ? nil : LentParts()
        do {
            let payload = try unsafe transport.encode(slots.worker + index * transport.stride, lending: &parts)
            guard let parts, parts.byteCount > 0 else {
                return self.writer.add(WorkerMessage(kind: .result, index: index, payload: payload[...]))
            }
            self.add(.lent, index, payload: payload)
            self.lent.append(parts)
        } catch {
            let payload = TransportedError.encode(error, self.call.coder)
            return self.add(.notEncodable, index, payload: payload)
        }
        self.flush()
        self.takeBack(downTo: Self.mostLent)
    }

    /// Waits until no more than so many bytes are lent.
    private func takeBack(downTo limit: Int) {
        while true {
            while self.takenBack < self.slot.acknowledgedCount, !self.lent.isEmpty {
                self.lent.removeFirst()
                self.takenBack += 1
            }
            let isEnough = self.lent.isEmpty || self.lent.reduce(0) { $0 + $1.byteCount } <= limit
            if isEnough || self.call.control.isStopped { return }
            WaitWord().wait(while: 0, until: MonotonicClock.now + 50_000)
        }
    }

    // MARK: - Messages

    private func add(
        _ kind: WorkerMessage.Kind,
        _ index: Int,
        time: UInt64 = MonotonicClock.now,
        duration: UInt64 = 0,
        payload: [UInt8] = [],
        trace: String? = nil
    ) {
        self.writer.add(
            WorkerMessage(
                kind: kind,
                index: index,
                attempt: self.slot.attempt,
                time: time,
                duration: duration,
                payload: payload[...],
                trace: trace
            )
        )
    }

    private func flushIfLarge() {
        if self.writer.bytes.count > 16_384 || self.sizer.isSlow { self.flush() }
    }

    /// Sends all that has not been sent, and waits until what was lent is read.
    func end() {
        joblib_output_end()
        self.flush()
        self.takeBack(downTo: 0)
    }

    /// Sends what has not been sent.
    private func flush() {
        let bytes = self.writer.takeAll()
        if !bytes.isEmpty { self.send(bytes) }
    }

    // MARK: - Tasks

    /// Runs a task as often as its retries allow, timed and reported.
    ///
    /// - Throws: `ForkedFailure`.
    func supervise<R>(_ index: Int, _ body: () throws -> R) throws -> R {
        var attempt = self.attempt
        while true {
            self.printsNow(index)
            let start = MonotonicClock.now
            self.slot.begin(index, attempt: attempt, at: start)
            unsafe joblib_task_state_current().pointee.attempt = Int64(attempt)
            if self.reports {
                self.add(.started, index, time: start)
                self.flush()
            }
            let (result, trace) = TracedThrow.record(self.call.plan.tracesThrows, body)
            let duration = MonotonicClock.now - start
            self.slot.begin(index, attempt: attempt)
            switch result {
            case .success(let value):
                if self.reports { self.add(.finished, index, duration: duration) }
                return value
            case .failure(let error):
                let failure = ForkedFailure(error: error, trace: trace, duration: duration)
                guard attempt - self.freeAttempts <= self.call.plan.retries, !self.call.control.isStopped else {
                    throw failure
                }
                self.addFailure(.retried, index, failure)
                self.flush()
                attempt += 1
            }
        }
    }

    /// Tells of the task at work that it has failed for good.
    ///
    /// - Returns: Whether the worker goes on with the next.
    func fail(_ error: any Error) -> Bool {
        let index = min(max(self.slot.index ?? self.chunk.lowerBound, self.chunk.lowerBound), self.chunk.upperBound)
        let rest = min(index + 1, self.chunk.upperBound)..<self.chunk.upperBound
        self.finish(self.chunk.lowerBound..<index)
        self.chunk = 0..<0
        let failure =
            error as? ForkedFailure ?? ForkedFailure(error: error, trace: TracedThrow.howToGetOne, duration: 0)
        self.slot.begin(index, attempt: self.slot.attempt)
        self.addFailure(.failed, index, failure)
        self.flush()
        self.slot.endTask()
        self.slot.addEnded(1)
        guard self.call.keepsGoing else {
            self.call.control.stopAll()
            return false
        }
        if !rest.isEmpty {
            self.assignments.append(ForkedLedger.Assignment(range: rest, attempt: 1))
            self.tasksLeft += rest.count
        }
        return true
    }

    private func addFailure(_ kind: WorkerMessage.Kind, _ index: Int, _ failure: ForkedFailure) {
        self.add(
            kind,
            index,
            duration: failure.duration,
            payload: TransportedError.encode(failure.error, self.call.coder),
            trace: failure.trace
        )
    }
}

/// What a supervised task has thrown in the end.
struct ForkedFailure: Error {
    let error: any Error
    let trace: String?
    let duration: UInt64
}

/// How many positions a forked worker claims at once.
struct ForkedChunkSizer {
    private let fixedSize: Int?
    private let workers: Int

    /// How long a chunk should take, in nanoseconds: a claim costs a tenth of a microsecond, a message several.
    private let wanted: UInt64

    private var size = 1
    private var claimedAt: UInt64 = 0

    /// Whether the last chunk took so long that its results should be sent at once.
    private(set) var isSlow = false

    init(fixedSize: Int?, workers: Int, isEncoded: Bool) {
        self.fixedSize = fixedSize
        self.workers = workers
        self.wanted = isEncoded ? 200_000 : 10_000
    }

    /// Says how many to claim, given the time since the last claim.
    mutating func next(unclaimed: Int, now: UInt64) -> Int {
        let elapsed = now - self.claimedAt
        if self.claimedAt != 0 {
            self.isSlow = elapsed > 1_000_000
            if elapsed < self.wanted {
                self.size *= 2
            } else if elapsed > self.wanted * 2 {
                self.size = max(1, self.size / 2)
            }
        }
        self.claimedAt = now
        // At the end small ones, so that all workers end together.
        self.size = min(self.size, max(1, unclaimed / (2 * self.workers)))
        return self.fixedSize ?? self.size
    }
}
