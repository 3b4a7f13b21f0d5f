// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// One worker's way through an index loop: the chunk it has, the task it is at, what it has done.
///
/// Passed into code that is compiled into the caller's module, hence lean: what that code does per task is one store
/// and one load.
@safe
@usableFromInline
struct ChunkClaims {
    private let loop: IndexLoop
    private let runner: Runner
    private var chunk = 0..<0
    private var attempt = 1
    private var done: [Range<Int>] = []

    /// Whether tasks go through `supervise`.
    @usableFromInline
    let isSupervised: Bool

    /// Where tasks are counted that do not; `nil` where nobody looks.
    @usableFromInline
    let ended: CallTally.Count?

    /// What makes the number of tasks ended before a task of its index.
    @usableFromInline
    var endedOffset = 0

    private var endedBefore = 0

    // SAFETY: points into the calling thread's own storage, and is used by no other thread.
    @usableFromInline
    let currentIndex: UnsafeMutablePointer<Int64>

    @usableFromInline
    let stopSource: Loop

    init(loop: IndexLoop, runner: Runner) {
        self.loop = loop
        self.runner = runner
        self.isSupervised = loop.plan.isSupervised
        self.ended = loop.plan.isSupervised ? nil : runner.count
        self.endedBefore = self.ended?.current ?? 0
        self.stopSource = loop.stopSource
        unsafe self.currentIndex = Runner.currentIndex
    }

    /// Claims the next chunk; `nil` when nothing is left.
    @usableFromInline
    mutating func next() -> Range<Int>? {
        self.record(self.chunk)
        self.endedBefore += self.chunk.count
        self.ended?.set(self.endedBefore)
        self.attempt = 1
        if self.isSupervised, let rerun = self.loop.claimRerun() {
            self.attempt = rerun.attempt
            self.chunk = rerun.index..<rerun.index + 1
        } else if let chunk = self.loop.claim() {
            self.chunk = chunk
        } else {
            self.chunk = 0..<0
            return nil
        }
        self.endedOffset = self.endedBefore - self.chunk.lowerBound
        self.loop.plan.report?.dispatch(self.chunk, attempt: self.attempt, workerIndex: self.runner.workerIndex)
        return self.chunk
    }

    /// Makes a task the current one; `false` when it must not start.
    @inlinable
    func begin(_ index: Int) -> Bool {
        unsafe self.currentIndex.pointee = Int64(index)
        if let ended = self.ended { ended.set(index &+ self.endedOffset) }
        return !self.stopSource.isStopped
    }

    /// Runs a task with retries, time limit and events.
    @usableFromInline
    func supervise<R>(_ index: Int, _ body: () throws -> R) throws -> R {
        let argumentText = self.loop.argumentText
        return try self.runner.supervise(index, firstAttempt: self.attempt, argumentText: { argumentText(index) }, body)
    }

    /// Runs a task like `supervise`, or plainly where nobody watches, and returns its failure instead of throwing it.
    ///
    /// - Throws: `Abandoned` alone.
    @usableFromInline
    func outcome<R>(_ index: Int, _ body: () throws -> R) throws -> Result<R, TaskFailure> {
        do {
            return .success(try self.isSupervised ? self.supervise(index, body) : body())
        } catch let abandoned as Abandoned {
            throw abandoned
        } catch let failure as TaskFailure where self.isSupervised {
            return .failure(failure)
        } catch {
            self.loop.plan.report?.tally.addFailure()
            return .failure(self.failure(error))
        }
    }

    /// Counts the current task, which has failed, where nothing else does.
    func noteFailure() {
        guard let ended = self.ended else { return }
        ended.add()
        self.loop.plan.report?.tally.addFailure()
    }

    /// What an error thrown by the current task is reported as.
    func failure(_ error: any Error) -> TaskFailure {
        let index = Int(unsafe self.currentIndex.pointee)
        return self.runner.failure(error, index, argumentText: self.loop.argumentText(index))
    }

    /// Hands in what was done, the part of a chunk that was left early included.
    mutating func finish() {
        if !self.chunk.isEmpty {
            self.record(self.chunk.lowerBound..<Int(unsafe self.currentIndex.pointee))
        }
        self.loop.didComplete(self.done)
    }

    private mutating func record(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        if self.loop.plan.needsWorker {
            // At once: should this thread be abandoned later, nobody could ask it.
            self.loop.didComplete([range])
        } else if let last = self.done.last, last.upperBound == range.lowerBound {
            self.done[self.done.count - 1] = last.lowerBound..<range.upperBound
        } else {
            self.done.append(range)
        }
    }
}
