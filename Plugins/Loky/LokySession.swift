// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWorkers
import Synchronization

/// The workers of one call, or of the calls inside of `withPool`.
final class LokySession: AttendedSession, RecallingSession, RelayingSession {
    private struct State {
        var workers: [LokyWorker] = [] {
            didSet { self.links = self.workers.map(\.link) }
        }

        /// The same workers, as they are talked to.
        private(set) var links: [WorkerLink] = []

        /// What no worker could take, since the only one was just being replaced.
        var waiting: [Batch] = []

        /// The workers that have ended before they came up.
        var startups = StartupFailures()

        /// Why no further batch is taken.
        var failure: ParallelError?
        var isClosed = false

        /// Since when some have nothing to do while others have.
        var unevenSince: UInt64?
    }

    /// For how long the task of a call that is over may go on, in nanoseconds.
    private static let grace: UInt64 = 2_000_000_000

    /// After which time without work for one worker the others give back what they have not begun, in nanoseconds.
    private static let evenAfter: UInt64 = 3_000_000

    private let pool: LokyPool
    private let machinery: LokyPool.Machinery
    private let key: WorkerKey
    private let idleTimeout: UInt64
    private let state = Mutex(State())

    // Relaxed: written once, before anybody else has the session.
    private let width = Atomic<Int>(1)

    // How often workers had rung when all that they had said was last taken in. Relaxed: a thread that finds an older number looks
    // once more, and one that looks at what a worker has written acquires it there.
    private let heard = Atomic<UInt32>(.max)

    // Whether its workers have printed anything. Sequentially consistent: noted before a call that drains their output goes on.
    private let hasOutput = Atomic<Bool>(false)

    /// A worker has printed something, which another thread shows.
    func noteOutput() {
        if !self.hasOutput.load(ordering: .relaxed) { self.hasOutput.store(true, ordering: .sequentiallyConsistent) }
    }

    /// How many workers there are; one whose process has ended is replaced.
    var workers: Int { self.width.load(ordering: .relaxed) }

    init(_ pool: LokyPool, _ settings: LokySettings, _ request: OpenRequest) throws {
        self.pool = pool
        do {
            self.machinery = try pool.machinery()
        } catch {
            throw Shortage.error(error, "start")
        }
        let workers = request.workers
        self.key = settings.key(workers: workers)
        self.idleTimeout = settings.idleWorkerTimeout
        // A worker without a task would be started for nothing.
        let count = min(workers, max(1, request.taskCount ?? workers))
        let taken = try pool.take(count, of: workers, self.key, for: self)
        self.width.store(taken.count, ordering: .relaxed)
        for (index, worker) in taken.enumerated() {
            worker.place(index)
            self.machinery.receiver.add(worker)
        }
        self.state.withLock { $0.workers = taken }
        if taken.count > 1 { self.machinery.receiver.add(self) }
        // One that has ended before it was known to be here was replaced by nobody.
        for worker in taken where worker.isGone { self.replace(worker) }
    }

    // MARK: - Batches

    func submit(_ batch: Batch) throws {
        try ForeignCopy.refuse()
        let isWaiting = try self.state.withLock { state in
            if let failure = state.failure { throw failure }
            if Self.hand(batch, to: state.links) { return false }
            state.waiting.append(batch)
            return true
        }
        if !isWaiting {
            self.machinery.receiver.noteWork()
            self.machinery.watch.noteWork()
        }
    }

    /// Hands a batch to the worker that has the least to do, or to one that will be done in less time than waking that one takes.
    private static func hand(_ batch: Batch, to links: [WorkerLink]) -> Bool {
        guard let least = links.min(by: { $0.batchCount < $1.batchCount }) else { return false }
        if least.batchCount == 0, links.contains(where: { $0.batchCount > 0 }) {
            let now = MonotonicClock.now
            if let quick = links.first(where: { $0.isQuick(now: now) }), quick.send(batch, upTo: .max) { return true }
        }
        if least.send(batch, upTo: .max) { return true }
        return links.filter { $0 !== least }.sorted { $0.batchCount < $1.batchCount }
            .contains { $0.send(batch, upTo: .max) }
    }

    /// Has workers give back what they have not begun, where others have had nothing to do for a while.
    ///
    /// - Parameter now: Nanoseconds of the monotonic clock.
    /// - Returns: Whether to look again soon.
    func spread(now: UInt64) -> Bool {
        let links = self.state.withLock { state -> [WorkerLink]? in
            let counts = state.links.map(\.batchCount)
            guard counts.contains(0), counts.contains(where: { $0 > 0 }) else {
                state.unevenSince = nil
                return nil
            }
            guard let since = state.unevenSince else {
                state.unevenSince = now
                return []
            }
            guard now - since >= Self.evenAfter else { return [] }
            state.unevenSince = now
            return state.links
        }
        guard let links else { return false }
        for link in links where link.hasMoreThanIsRecalled { link.recall(keepsFirst: true) }
        return true
    }

    func recall() {
        for link in self.state.withLock({ $0.links }) where link.hasMoreThanIsRecalled { link.recall(keepsFirst: true) }
    }

    func receive() -> Bool {
        // What the parent's workers say is for the parent.
        if ThisProcess.isForeignCopy { return false }
        // A worker that has said something rings: most looks end here.
        let rung = self.machinery.receiver.rung
        guard rung != self.heard.load(ordering: .relaxed) else { return false }
        var (isAnything, isAll) = (false, true)
        for link in self.state.withLock({ $0.links }) {
            switch link.receiveUnlessBusy() {
            case true: isAnything = true
            case false: break
            // Another thread is at it, and may have looked too early.
            case nil: isAll = false
            }
        }
        if isAll { self.heard.store(rung, ordering: .relaxed) }
        return isAnything
    }

    func attend() { if !ThisProcess.isForeignCopy { self.machinery.receiver.attend() } }

    func unattend(isWaiting: Bool) {
        if !ThisProcess.isForeignCopy { self.machinery.receiver.unattend(isWaiting: isWaiting) }
    }

    func cancel(_ call: CallID) {
        guard !ThisProcess.isForeignCopy else { return }
        let (workers, waiting) = self.state.withLock { state in
            let waiting = state.waiting.filter { $0.call == call }
            state.waiting.removeAll { $0.call == call }
            return (state.workers, waiting)
        }
        for batch in waiting { batch.fail(BatchNotBegun(description: "its call is over")) }
        let holders = workers.filter { $0.link.cancel(call) }
        guard !holders.isEmpty else { return }
        self.machinery.supervisor.schedule(at: MonotonicClock.now + Self.grace) {
            for worker in holders where worker.link.has(call) {
                // What it has said, and nobody has listened to; on a thread of its own, since users decode their values there.
                PlatformThread.startOrRun(name: "joblib-grace") {
                    worker.link.receive()
                    if worker.link.has(call) { worker.kill() }
                }
            }
        }
    }

    func end(_ call: CallID, _ reason: CallEnd) {
        guard !ThisProcess.isForeignCopy else { return }
        if self.machinery.arena.end(call: call.number) {
            for worker in self.state.withLock({ $0.workers }) { worker.link.forget(call: call.number) }
            self.pool.trimLater()
        }
        // What its tasks have printed belongs before what the caller prints next.
        self.machinery.supervisor.drain(self.state.withLock { $0.workers.compactMap(\.process) })
        if self.hasOutput.load(ordering: .sequentiallyConsistent) { WorkerOutput.waitUntilPrinted() }
    }

    func lease(until time: UInt64) { self.machinery.bell.lease(until: time) }

    func forget(array number: UInt64?) {
        for link in self.state.withLock({ $0.links }) { link.forget(call: number ?? .max) }
    }

    func close() {
        // Its workers are another process's.
        guard !ThisProcess.isForeignCopy else { return }
        let workers = self.state.withLock { state in
            state.isClosed = true
            defer { state.workers = [] }
            return state.workers
        }
        self.machinery.receiver.remove(self)
        for worker in workers { self.machinery.receiver.remove(worker) }
        self.pool.giveBack(workers, self.key, idleTimeout: self.idleTimeout)
    }

    // MARK: - What becomes of workers

    /// One has said that it ends by itself: another takes its place meanwhile.
    func isLeaving(_ worker: LokyWorker) {
        self.replace(worker)
        worker.link.recall(keepsFirst: false)
        self.pool.endSoon(worker)
    }

    /// One has come up.
    func isReady() { self.state.withLock { $0.startups.noteReadyWorker() } }

    /// One ends that could not do what it was to do first.
    func isEnding(_ worker: LokyWorker) { self.pool.endSoon(worker) }

    /// One has not come up in its time, and neither would another.
    func couldNotBegin(_ worker: LokyWorker) {
        self.fail(ParallelError(.startupFailed, "loky: \(worker.startupFailure ?? "a worker could not begin")"))
    }

    /// One has ended; on the supervisor's thread, where no value is decoded: that is the user's code, and may take any time.
    func didEnd(_ worker: LokyWorker, _ ending: ChildEnding) {
        // It may have said why just before. One that was not ready has answered no batch.
        if !worker.isReady { worker.link.receive() }
        if let error = worker.initializerError(ending) {
            self.fail(error)
            return self.replace(worker)
        }
        let cause = worker.startupCause(ending)
        let verdict = self.state.withLock { state -> StartupFailures.Verdict in
            guard !worker.isReady else { return .replace }
            let others = state.workers.filter { $0 !== worker && !$0.isGone }
            return state.startups.note(
                cause,
                hasOthers: !others.isEmpty,
                hasReadyOthers: others.contains { $0.isReady }
            )
        }
        switch verdict {
        case .replace: break
        case .dropPlace: return self.drop(worker)
        case .giveUp: self.fail(worker.startupError(ending))
        }
        self.replace(worker)
    }

    /// Does without one.
    private func drop(_ worker: LokyWorker) {
        self.machinery.receiver.remove(worker)
        self.state.withLock { state in state.workers.removeAll { $0 === worker } }
        self.handOutWaiting()
    }

    private func fail(_ error: ParallelError) {
        let waiting = self.state.withLock { state in
            if state.failure == nil { state.failure = error }
            defer { state.waiting = [] }
            return state.waiting
        }
        // They are handed in again, and refused with the reason.
        for batch in waiting { batch.fail(BatchNotBegun(description: error.detail)) }
    }

    /// Puts another worker in the place of one, once.
    private func replace(_ worker: LokyWorker) {
        self.machinery.receiver.remove(worker)
        let place = self.state.withLock { state in
            state.isClosed || state.failure != nil ? nil : state.workers.firstIndex { $0 === worker }
        }
        guard let place else { return }
        do {
            let successor = try self.pool.start(self.key, owner: self)
            successor.place(place)
            // Before it is known to others, who hand it batches.
            self.machinery.receiver.add(successor)
            let isWanted = self.state.withLock { state in
                guard !state.isClosed, let place = state.workers.firstIndex(where: { $0 === worker }) else {
                    return false
                }
                state.workers[place] = successor
                return true
            }
            guard isWanted else {
                self.machinery.receiver.remove(successor)
                return successor.kill()
            }
        } catch {
            let isAlone = self.state.withLock { state in
                state.workers.removeAll { $0 === worker }
                return state.workers.isEmpty
            }
            if isAlone {
                self.fail(Shortage.error(error, "start a worker again"))
            }
        }
        self.handOutWaiting()
    }

    /// Hands out what no worker could take when it came.
    func handOutWaiting() {
        let waiting = self.state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for batch in waiting {
            do {
                try self.submit(batch)
            } catch {
                batch.fail(error)
            }
        }
    }
}
