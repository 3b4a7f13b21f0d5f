// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
import Synchronization

/// A loop over positions 0 ..< count, of which workers claim chunks.
///
/// Subclasses hold the kernel that runs claimed chunks.
// SAFETY: `forked` is written before the loop is announced; the rest are constants, atomics and mutexes.
@usableFromInline
class IndexLoop: Loop, @unchecked Sendable {
    final let count: Int
    final let partition: Partition

    /// What is left to claim where no size is asked for.
    final let leases: Leases

    /// The first batch that nobody has claimed, where a size is asked for.
    ///
    /// One counter, although it travels between processors for each claim: batches begin in order, so that tasks which wait
    /// for their neighbours find as many of them at work as there are workers. Leases would not promise that.
    private let nextBatch = Atomic<Int>(0)

    /// Stores a failure in place of a result, where the call keeps going.
    private let storeFailure: (@Sendable (Int, TaskFailure) -> Void)?

    /// What runs the tasks elsewhere; `nil` where workers are threads.
    final private var forked: ForkedCall?

    private let reruns = Mutex<[Rerun]>([])
    private let completed = Mutex(CompletedRanges())

    /// A task to be run again whose worker was lost.
    struct Rerun {
        let index: Int
        let attempt: Int
    }

    init(
        _ plan: CallPlan,
        count: Int,
        storeFailure: (@Sendable (Int, TaskFailure) -> Void)? = nil
    ) {
        self.count = count
        // Under a time limit one by one: who is abandoned in a task must not take the rest of a chunk with it.
        let batchSize = plan.needsWorker ? 1 : plan.batchSize
        // An observer is told of all tasks of a chunk at once, each in an event.
        let largestSize = plan.report?.hasObserver == true ? 1024 : .max
        self.partition = Partition(
            count: count,
            workers: plan.workers,
            batchSize: batchSize,
            largestSize: largestSize
        )
        let workers = self.partition.usefulWorkers
        let isLeased = batchSize == nil && !plan.isForked
        self.leases = Leases(count: isLeased ? count : 0, workers: workers)
        self.storeFailure = storeFailure
        super.init(plan)
    }

    // MARK: - What a subclass provides

    /// Runs claimed chunks.
    func runChunks(_ claims: inout ChunkClaims) throws {
        preconditionFailure("an index loop must say how it runs its chunks")
    }

    /// How results come back from forked workers; `nil` when there are none.
    ///
    /// - Throws: ``ParallelError`` when they cannot.
    func transport(_ coder: any TaskCoder, _ backend: String) throws -> ResultTransport? { nil }

    /// Runs claimed chunks in a forked worker.
    func runChunks(_ claims: inout ChunkClaims, forked slots: UnsafeMutableRawPointer?) throws {
        try self.runChunks(&claims)
    }

    /// Puts the encoded result of a forked worker's task where the call returns it from.
    ///
    /// - Throws: When the bytes make no result, or what they leave out cannot be read.
    func store(
        _ bytes: ArraySlice<UInt8>,
        lentIn memory: LentMemory?,
        at position: Int,
        _ transport: ResultTransport
    ) throws {}

    /// Puts results that forked workers have left in shared memory where the call returns them from.
    func copy(_ positions: Range<Int>, from slots: UnsafeMutableRawPointer) {}

    /// Renders the arguments of the task at a position.
    func argumentText(_ index: Int) -> String { "" }

    /// Lets go of what belongs to the caller, after the end.
    func releaseKernel() {}

    // MARK: - Running

    /// Runs the loop to its end; on return nothing of it runs any more.
    ///
    /// - Throws: The error that came first in time.
    final func run() throws {
        defer { self.releaseKernel() }
        if self.plan.isForked { return try self.runForked() }
        try self.runToEnd(usefulWorkers: self.partition.usefulWorkers)
        // A nested loop that ran alone stops with the loop around it, which no error of its own tells.
        guard self.completedCount == self.count else { throw ParallelError.outerLoopEnded }
    }

    private func runForked() throws {
        let keepsGoing = self.storeFailure != nil
        let workers = self.partition.usefulWorkers
        let call = try ForkedCall(owner: self, self, workers: workers, keepsGoing: keepsGoing) { index, failure in
            self.storeFailure?(index, failure)
            if !keepsGoing { self.stop(failure) }
        }
        self.forked = call
        call.callerIsBusy()
        defer {
            call.callerIsStill()
            for range in call.completed {
                if let slots = call.slots, call.transport?.isBitwise == true {
                    unsafe self.copy(range, from: slots.worker)
                }
                self.didComplete(range)
            }
            call.release()
        }
        try self.runToEnd(usefulWorkers: workers)
        guard !call.hasOpenTasks else { throw ParallelError.outerLoopEnded }
    }

    // MARK: - Claims

    private var hasBatches: Bool {
        self.nextBatch.load(ordering: .relaxed) < self.partition.batchCount ?? 0
    }

    /// Claims a batch of the size that was asked for.
    final func claimBatch(_ size: Int) -> Range<Int>? {
        // Looked at first, so that nobody who asks in vain moves it beyond the largest integer. Relaxed: the number is all
        // that two workers have to agree on.
        guard self.hasBatches, let count = self.partition.batchCount else { return nil }
        let batch = self.nextBatch.wrappingAdd(1, ordering: .relaxed).oldValue
        return batch < count ? self.partition.positions(ofBatch: batch, size: size) : nil
    }

    final func claimRerun() -> Rerun? {
        self.reruns.withLock { $0.popLast() }
    }

    final func didComplete(_ ranges: CompletedRanges) {
        self.completed.withLock { $0.add(ranges) }
    }

    final func didComplete(_ range: Range<Int>) {
        self.completed.withLock { $0.add(range) }
    }

    /// How many tasks have returned.
    final var completedCount: Int { self.completed.withLock { $0.count } }

    /// The positions whose tasks have returned; meaningful after the end.
    final var completedRanges: [Range<Int>] { self.completed.withLock { $0.all } }

    // MARK: - Loop

    override func work(_ runner: Runner) {
        if let forked = self.forked { return forked.work(runner) }
        var claims = ChunkClaims(loop: self, runner: runner)
        do {
            try self.runChunks(&claims)
        } catch is Abandoned {
            return
        } catch let failure as TaskFailure where self.plan.isSupervised {
            self.stop(failure)
        } catch {
            claims.noteFailure()
            self.stop(claims.failure(error))
        }
        claims.finish()
    }

    override var taskCount: Int? { self.count }

    override var hasWork: Bool {
        if self.isStopped { return false }
        if let forked = self.forked { return forked.hasWork }
        return self.leases.hasSome || self.hasBatches || self.reruns.withLock { !$0.isEmpty }
    }

    override func callerWillWait() { self.forked?.callerIsStill() }

    override func didStop() { self.forked?.stop() }

    override func requeue(_ index: Int, attempt: Int) {
        self.reruns.withLock { $0.append(Rerun(index: index, attempt: attempt)) }
    }

    override func settle(_ index: Int, _ failure: TaskFailure) -> Bool {
        guard let storeFailure = self.storeFailure else { return false }
        storeFailure(index, failure)
        self.didComplete(index..<index + 1)
        return true
    }
}
