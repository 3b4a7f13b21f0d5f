// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
public import Synchronization

/// One worker's way through an index loop: the chunk it has, the task it is at, what it has done.
///
/// Passed into code that is compiled into the caller's module, hence lean: what that code does per task is one store
/// and one load.
@safe
@usableFromInline
struct ChunkClaims {
    private let loop: IndexLoop
    private let runner: Runner

    /// What claims in place of the loop, in a forked worker.
    private let forked: ForkedClaims?

    private var chunk = 0..<0
    private var attempt = 1

    /// The size of each chunk; `nil` where none is asked for.
    private let batchSize: Int?
    private var policy: LeasePolicy

    /// The worker's lease; `nil` for one that has none.
    private let slot: Int?

    /// Where the chunks began that came one after the other up to this one.
    private var runStart = 0
    private var done = CompletedRanges()

    /// Whether chunks are only claimed.
    private let isPlain: Bool

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

    // SAFETY: points into the calling thread's own storage, or into memory that the caller of a forked worker reads meanwhile. Only this
    // thread writes it, as an atomic, which has the layout of its value.
    @usableFromInline
    let currentIndex: UnsafeMutablePointer<Int64>

    @usableFromInline
    let stopSource: Loop

    init(loop: IndexLoop, runner: Runner) {
        self.forked = nil
        self.loop = loop
        self.runner = runner
        self.isSupervised = loop.plan.isSupervised
        self.ended = loop.plan.isSupervised ? nil : runner.count
        self.endedBefore = self.ended?.current ?? 0
        self.isPlain = !loop.plan.isSupervised && loop.plan.report == nil
        self.stopSource = loop.stopSource
        self.policy = LeasePolicy(loop.partition)
        self.batchSize = loop.partition.fixedSize
        self.slot = runner.workerIndex < loop.leases.slotCount ? runner.workerIndex : nil
        unsafe self.currentIndex = Runner.currentIndex
    }

    /// Makes the way of a forked worker.
    ///
    /// - Parameters:
    ///   - forked: What claims.
    ///   - loop: What runs the tasks.
    ///   - runner: The stay of the worker's one thread.
    ///   - index: Where the position of the task at work is to stand.
    init(_ forked: ForkedClaims, _ loop: IndexLoop, _ runner: Runner, indexAt index: UnsafeMutablePointer<Int64>) {
        self.forked = forked
        self.loop = loop
        self.runner = runner
        self.isSupervised = loop.plan.isSupervised
        self.ended = nil
        self.isPlain = false
        self.stopSource = runner.loop
        self.policy = LeasePolicy(loop.partition)
        self.batchSize = nil
        self.slot = nil
        unsafe self.currentIndex = index
    }

    /// Claims the next chunk; `nil` when nothing is left.
    @usableFromInline
    mutating func next() -> Range<Int>? {
        guard self.isPlain else { return self.nextWatched() }
        guard let chunk = self.claim() else {
            self.leaveChunk()
            return nil
        }
        self.enterChunk(chunk)
        return chunk
    }

    /// Claims the next chunk where tasks are counted, reported or run again.
    private mutating func nextWatched() -> Range<Int>? {
        if let forked = self.forked { return forked.next() }
        self.endedBefore += self.chunk.count
        self.ended?.set(self.endedBefore)
        // At once: should this thread be abandoned later, nobody could ask it.
        if self.loop.plan.needsWorker { self.handIn() }
        if self.isSupervised, let rerun = self.loop.claimRerun() {
            self.attempt = rerun.attempt
            self.enterChunk(rerun.index..<rerun.index + 1)
        } else if let chunk = self.claim() {
            self.attempt = 1
            self.enterChunk(chunk)
        } else {
            self.leaveChunk()
            return nil
        }
        self.endedOffset = self.endedBefore - self.chunk.lowerBound
        self.loop.plan.report?.dispatch(self.chunk, attempt: self.attempt, workerIndex: self.runner.workerIndex)
        return self.chunk
    }

    // Chunks one after the other make one range of what was done.
    private mutating func enterChunk(_ chunk: Range<Int>) {
        if chunk.lowerBound != self.chunk.upperBound {
            self.done.add(self.runStart..<self.chunk.upperBound)
            self.runStart = chunk.lowerBound
        }
        self.chunk = chunk
    }

    private mutating func leaveChunk() {
        self.done.add(self.runStart..<self.chunk.upperBound)
        self.runStart = self.chunk.upperBound
        self.chunk = self.runStart..<self.runStart
    }

    private mutating func handIn() {
        self.leaveChunk()
        self.loop.didComplete(self.done)
        self.done = CompletedRanges()
    }

    private mutating func claim() -> Range<Int>? {
        guard !self.loop.isStopped else { return nil }
        if let size = self.batchSize { return self.loop.claimBatch(size) }
        self.policy.willClaim(now: ProcessorTicks.now, ticksPerMicrosecond: ProcessorTicks.perMicrosecond)
        guard let positions = self.claimPositions() else { return nil }
        self.policy.didClaim(positions.count)
        return positions
    }

    private mutating func claimPositions() -> Range<Int>? {
        let policy = self.policy
        guard let slot = self.slot else {
            // Without a lease of its own, such as one of many workers for few tasks.
            return self.loop.leases.take(policy.claim(ofUnleased:))
                ?? self.loop.leases.steal(for: 0, atMost: policy.largestClaim)
        }
        if let positions = self.loop.leases.claim(from: slot, policy.claim(of:)) { return positions }
        guard let leased = self.loop.leases.take(policy.lease(of:)) ?? self.loop.leases.steal(for: slot) else {
            return nil
        }
        let first = leased.prefix(policy.claim(of: leased.count))
        let rest = first.upperBound..<leased.upperBound
        if !rest.isEmpty { self.loop.leases.put(rest, into: slot) }
        return first
    }

    /// Makes a task the current one; `false` when it must not start.
    @inlinable
    func begin(_ index: Int) -> Bool {
        // Relaxed, which is a plain store that the compiler may not leave out: it is read while the task runs, or when it has crashed.
        unsafe UnsafeMutableRawPointer(self.currentIndex).assumingMemoryBound(to: Atomic<Int64>.self).pointee
            .store(Int64(index), ordering: .relaxed)
        if let ended = self.ended { ended.set(index &+ self.endedOffset) }
        return !self.stopSource.isStopped
    }

    /// Runs a task with retries, time limit and events.
    @usableFromInline
    func supervise<R>(_ index: Int, _ body: () throws -> R) throws -> R {
        if let forked = self.forked { return try forked.supervise(index, body) }
        let loop = self.loop
        return try self.runner
            .supervise(index, firstAttempt: self.attempt, argumentText: { loop.argumentText(index) }, body)
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
            let current = Int(unsafe self.currentIndex.pointee)
            self.chunk = self.chunk.lowerBound..<max(current, self.chunk.lowerBound)
        }
        self.handIn()
    }
}
