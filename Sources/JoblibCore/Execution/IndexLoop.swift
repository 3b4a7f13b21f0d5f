// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
import Synchronization

/// A loop over positions 0 ..< count, of which workers claim chunks from one counter.
// SAFETY: see its properties; the rest are constants and mutexes.
@usableFromInline
final class IndexLoop: Loop, @unchecked Sendable {
    /// Runs claimed chunks; built in the caller's module, so that the task can be inlined into it.
    typealias Share = @Sendable (inout ChunkClaims) throws -> Void

    let count: Int
    let partition: Partition
    private let next = Atomic<Int>(0)

    // SAFETY: written once before the loop is announced, cleared once after its gate has closed for ever.
    private var share: Share?

    /// Renders the arguments of the task at a position.
    let argumentText: @Sendable (Int) -> String

    /// Stores a failure in place of a result, where the call keeps going.
    private let storeFailure: (@Sendable (Int, TaskFailure) -> Void)?

    private let reruns = Mutex<[Rerun]>([])
    private let completed = Mutex<[Range<Int>]>([])

    /// A task to be run again whose worker was lost.
    struct Rerun {
        let index: Int
        let attempt: Int
    }

    init(
        _ plan: CallPlan,
        count: Int,
        argumentText: @escaping @Sendable (Int) -> String,
        storeFailure: (@Sendable (Int, TaskFailure) -> Void)? = nil,
        _ share: @escaping Share
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
        self.argumentText = argumentText
        self.storeFailure = storeFailure
        self.share = share
        super.init(plan)
    }

    /// Runs the loop to its end; on return nothing of it runs any more.
    ///
    /// - Throws: The error that came first in time.
    func run() throws {
        defer { self.share = nil }
        try self.runToEnd(usefulWorkers: self.partition.usefulWorkers)
        // A nested loop that ran alone stops with the loop around it, which no error of its own tells.
        guard self.completedCount == self.count else { throw ParallelError.outerLoopEnded }
    }

    // MARK: - Claims

    func claim() -> Range<Int>? {
        guard !self.isStopped else { return nil }
        if let size = self.partition.fixedSize {
            // Relaxed: the position is all that two workers have to agree on. What the caller wrote before is published
            // by the gate, what a worker writes by its leaving.
            let start = self.next.wrappingAdd(size, ordering: .relaxed).oldValue
            return start < self.count ? start..<min(start + size, self.count) : nil
        }
        var start = self.next.load(ordering: .relaxed)
        while start < self.count {
            let end = start + self.partition.guidedSize(remaining: self.count - start)
            let (exchanged, original) = self.next.weakCompareExchange(
                expected: start,
                desired: end,
                ordering: .relaxed
            )
            if exchanged { return start..<end }
            start = original
        }
        return nil
    }

    func claimRerun() -> Rerun? {
        self.reruns.withLock { $0.popLast() }
    }

    func didComplete(_ ranges: [Range<Int>]) {
        self.completed.withLock { $0 += ranges }
    }

    /// How many tasks have returned.
    var completedCount: Int { self.completed.withLock { $0.reduce(0) { $0 + $1.count } } }

    /// The positions whose tasks have returned; meaningful after the end.
    var completedRanges: [Range<Int>] { self.completed.withLock { $0 } }

    // MARK: - Loop

    override func work(_ runner: Runner) {
        guard let share = self.share else { return }
        var claims = ChunkClaims(loop: self, runner: runner)
        do {
            try share(&claims)
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
        return self.next.load(ordering: .relaxed) < self.count || self.reruns.withLock { !$0.isEmpty }
    }

    override func requeue(_ index: Int, attempt: Int) {
        self.reruns.withLock { $0.append(Rerun(index: index, attempt: attempt)) }
    }

    override func settle(_ index: Int, _ failure: TaskFailure) -> Bool {
        guard let storeFailure = self.storeFailure else { return false }
        storeFailure(index, failure)
        self.didComplete([index..<index + 1])
        return true
    }
}
