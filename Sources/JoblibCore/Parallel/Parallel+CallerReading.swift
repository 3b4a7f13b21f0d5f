// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

// Lists whose input only the caller may read. A closure that was formed in an actor's isolation, the main actor's most
// often, traps when another thread calls it, and a sequence does not tell whether it has one.

extension Parallel {
    /// Who reads the input of a list that computes its elements.
    @usableFromInline
    enum Reader {
        /// Any worker, by turns.
        case workers

        /// The caller alone, who also works.
        case caller

        /// The caller alone, who must not work, since a task may have to be left behind.
        case waitingCaller
    }

    @usableFromInline
    static func reader(for plan: CallPlan) -> Reader {
        // A window of batches, and not a thread for each task, is what forked workers are made for.
        if plan.isForked { return .waitingCaller }
        // One worker is the caller.
        guard PlatformThread.isIsolated, plan.workers > 1 || plan.needsWorker else { return .workers }
        return plan.needsWorker ? .waitingCaller : .caller
    }

    /// Runs tasks that the calling thread reads, which works as well where tasks are short.
    @inlinable
    func runWhileReading<Output, Stored: Sendable>(
        _ loop: SequenceLoop,
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> [Stored] {
        let slots = SegmentedSlots<Stored>()
        let ahead = ReadAhead<Output, Stored>(loop)
        let batchSize = loop.readAheadBounds.batchSize
        var readCount = 0
        // Runs one batch; `false` when no further task may start.
        let run = { (claims: inout TurnClaims, batch: [ReadAhead<Output, Stored>.Item]) in
            if claims.isReported {
                for item in batch { claims.didTake(item.index, of: batch.count) }
            }
            for item in batch {
                guard try claims.run(item.task, item.index, item.place, store) else { return false }
            }
            return true
        }
        let work: SequenceLoop.Share = { claims in
            var batch: [ReadAhead<Output, Stored>.Item] = []
            while let size = try claims.nextTurn(), ahead.take(size, into: &batch, waits: true),
                try run(&claims, batch)
            {}
        }
        let readAndWork: SequenceLoop.Share = { claims in
            var batch: [ReadAhead<Output, Stored>.Item] = []
            var iterator = tasks.makeIterator()
            var count = 0
            defer { readCount = count }
            while !claims.isStopped {
                if claims.callerHasLentSeat, !ahead.hasRoom(beside: 0) {
                    // Where nobody has come in its place it makes room by running what was read, and does not read on.
                    ahead.release()
                    if claims.callerMayRun(), ahead.take(batchSize, into: &batch, waits: false) {
                        guard try run(&claims, batch) else { return }
                        ahead.finish(&batch)
                    } else {
                        ahead.waitForRoom()
                    }
                    continue
                }
                claims.leaveTask()
                while batch.count < batchSize, let task = iterator.next() {
                    slots.reserve(count + 1)
                    let item = ReadAhead<Output, Stored>.Item(index: count, task: task, place: slots.place(of: count))
                    count += 1
                    guard claims.runsDirectly, batchSize == 1 else {
                        batch.append(item)
                        continue
                    }
                    claims.endReading()
                    guard let first = ahead.keep(item) else { continue }
                    claims.didTake(first.index, of: 1)
                    guard try claims.run(first.task, first.index, first.place, store) else { return }
                    claims.didRunAsCaller(helped: !ahead.isReserved)
                    claims.leaveTask()
                }
                if !claims.runsDirectly { ahead.release() }
                claims.endReading()
                if batch.isEmpty {
                    claims.inputDidEnd(after: count)
                    break
                }
                claims.didReadSome()
                if ahead.hasRoom(beside: claims.callerHasLentSeat ? 0 : batchSize) {
                    ahead.push(&batch)
                } else if ahead.isWellStocked || claims.callerMayRun() {
                    ahead.exchange(&batch)
                    guard try run(&claims, batch) else { return }
                    batch.removeAll(keepingCapacity: true)
                    claims.didRunAsCaller(helped: false)
                } else {
                    while !ahead.hasRoom(beside: 0), !claims.isStopped { ahead.waitForRoom() }
                    ahead.push(&batch)
                }
            }
            ahead.end()
            // Who reads no more may work on what is left, unless somebody else does so in its place.
            while let size = try claims.nextTurn() {
                if claims.callerMayRun() {
                    guard ahead.take(size, into: &batch, waits: false) else { break }
                    guard try run(&claims, batch) else { return }
                } else if ahead.waitUntilDrained() {
                    break
                }
            }
            claims.didExhaust()
        }
        do {
            try loop.run(caller: readAndWork, workers: work)
            guard let results = slots.allElements(readCount) else { throw ParallelError.outerLoopEnded }
            return results
        } catch let error as ParallelError where error.code == .cancelled {
            throw error.completed(slots.elements(readCount))
        }
    }

    /// Reads tasks in the calling thread, which only waits besides, and hands them to workers, a window ahead.
    @usableFromInline
    func feed<Output, Stored: Sendable>(
        _ plan: CallPlan,
        _ tasks: some Sequence<Delayed<Output>>,
        _ store: @escaping @Sendable (Result<Output, TaskFailure>) throws(TaskFailure) -> Stored
    ) throws -> [Stored] {
        let queue = BatchQueue<StreamLoop<Output, Stored>.Item>()
        let loop = StreamLoop(plan, .queue(queue), isOrdered: true, isList: true, store)
        do {
            try loop.open()
        } catch {
            plan.report?.waitUntilTold()
            throw error
        }
        var reader = FeedReader<_, Output, Stored>(tasks.makeIterator())
        while loop.reserveBlocking() {
            guard let batch = reader.next(loop.readSize) else {
                loop.endInput(after: reader.count)
                break
            }
            loop.handIn(batch, to: queue)
        }
        var results: [Stored] = []
        do {
            while let result = try loop.nextBlocking() { results.append(result) }
        } catch {
            throw loop.describe(error, results)
        }
        return results
    }
}
