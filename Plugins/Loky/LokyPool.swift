// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWorkers
import Synchronization

/// The workers of a process: those that are at work, each for one session, and those that wait for one.
final class LokyPool: Sendable {
    private struct State {
        /// Who starts and watches workers, and what they ring; made with the first.
        var machinery: Machinery?

        /// Every worker whose process has not ended.
        var workers: [ObjectIdentifier: LokyWorker] = [:]

        /// Those that no session has, the one that was idle for the shortest time last, and until when they stay.
        var idle: [(worker: LokyWorker, deadline: UInt64)] = []

        /// How many workers the last session of each kind has asked for.
        var sizes: [WorkerKey: Int] = [:]

        /// When it is looked next who has been idle for long enough.
        var nextLook = UInt64.max
    }

    /// What all workers have in common.
    ///
    /// A class: a struct is copied each time that a session needs something of it, which counts five references up and down.
    final class Machinery: Sendable {
        let supervisor: ProcessSupervisor
        let bell: WorkerBell
        let receiver: AnswerReceiver
        let watch: WorkWatch
        let arena: SharedArena

        init(
            _ supervisor: ProcessSupervisor,
            _ bell: WorkerBell,
            _ receiver: AnswerReceiver,
            _ watch: WorkWatch,
            _ arena: SharedArena
        ) {
            self.supervisor = supervisor
            self.bell = bell
            self.receiver = receiver
            self.watch = watch
            self.arena = arena
        }
    }

    private static let perProcess = PerProcess { LokyPool() }

    /// This process's pool; a forked copy of a process has one of its own.
    static var shared: LokyPool { self.perProcess.object }

    /// How long a worker may take to come up, which takes it milliseconds: many times that, on a machine with much else to do.
    private static let startupSeconds: UInt64 = 30

    /// How long one may take that a signal has stopped: it does not go on by itself.
    private static let stoppedSeconds: UInt64 = 3

    /// How long a worker may take to end that was told to, in nanoseconds.
    private static let leavingTime: UInt64 = 5_000_000_000

    /// Of how many kinds workers wait for a call: of those that were used last.
    private static let largestKindCount = 4

    /// How many workers wait for a call at most, of whatever kind.
    private static let largestIdleCount = max(32, 4 * cpuCount())

    /// For how long memory of large arrays is kept for the next ones, in nanoseconds.
    private static let arenaTime: UInt64 = 10_000_000_000

    /// For how long a worker stays that is more than the last call wanted, in nanoseconds.
    private static let surplusTime: UInt64 = 3_000_000_000

    private let state = Mutex(State())

    /// Held while the machinery is made.
    private let making = Mutex<ProcessSupervisor?>(nil)

    /// Moves when a worker has ended.
    private let ends = WaitWord()

    private init() {}

    // MARK: - For sessions

    /// Takes workers for a session, idle ones first.
    ///
    /// - Parameters:
    ///   - count: How many, from 1.
    ///   - size: How many a session of this kind may have, of which so many are kept.
    ///   - key: What they have to be started with.
    ///   - session: Whose they become.
    /// - Returns: The workers: fewer where the system has no room for more, one at least.
    /// - Throws: ``ParallelError`` `.resourceExhausted` when there is not even one.
    func take(
        _ count: Int,
        of size: Int,
        _ key: WorkerKey,
        for session: LokySession
    ) throws(ParallelError) -> [LokyWorker] {
        let found = self.state.withLock { state in
            state.sizes[key] = size
            var found: [LokyWorker] = []
            while found.count < count, let place = state.idle.lastIndex(where: { $0.worker.key == key }) {
                found.append(state.idle.remove(at: place).worker)
            }
            return found
        }
        self.trim(key)
        for worker in found {
            worker.waitUntilTrimmed()
            worker.belong(to: session)
        }
        var workers = found
        while workers.count < count {
            do {
                workers.append(try self.start(key, owner: session))
            } catch {
                guard workers.isEmpty else { return workers }
                throw Shortage.error(error, "start a worker")
            }
        }
        return workers
    }

    /// Starts a worker.
    ///
    /// - Throws: `SystemError`.
    func start(_ key: WorkerKey, owner: LokySession?) throws(SystemError) -> LokyWorker {
        let machinery = try self.machinery()
        let worker = try LokyWorker(key, machinery.arena, owner: owner)
        self.state.withLock { $0.workers[ObjectIdentifier(worker)] = worker }
        do {
            try worker.start(machinery.supervisor, bell: machinery.bell.file, arena: machinery.arena) {
                worker,
                ending in
                self.didEnd(worker, ending)
            }
        } catch {
            self.state.withLock { _ = $0.workers.removeValue(forKey: ObjectIdentifier(worker)) }
            throw error
        }
        for seconds in [Self.stoppedSeconds, Self.startupSeconds] {
            machinery.supervisor.schedule(at: MonotonicClock.now + seconds * 1_000_000_000) { [weak worker] in
                worker?.giveUpUnlessReady(after: seconds, onlyIfStopped: seconds != Self.startupSeconds)
            }
        }
        return worker
    }

    /// Takes back what a session has no use for any more.
    func giveBack(_ workers: [LokyWorker], _ key: WorkerKey, idleTimeout: UInt64) {
        let (sum, overflow) = MonotonicClock.now.addingReportingOverflow(idleTimeout)
        let deadline = overflow ? .max : sum
        // The first last: it is the first to be taken again, and has the index that it had, and its processor's cache.
        for worker in workers.reversed() {
            worker.belong(to: nil)
            // What is left of a call that is over is not waited for.
            guard worker.link.batchCount == 0 else {
                worker.kill()
                continue
            }
            self.state.withLock { state in
                guard state.workers[ObjectIdentifier(worker)] != nil, !worker.isLeaving else { return }
                state.idle.append((worker, deadline))
            }
        }
        self.expire(at: deadline)
        self.trim(key)
        self.trimLater()
        for worker in self.takeSurplus() { self.leave(worker) }
    }

    /// Takes those that are more than should wait: a call with an initializer of its own leaves workers that nobody else takes.
    private func takeSurplus() -> [LokyWorker] {
        self.state.withLock { state in
            var kinds: [WorkerKey] = []
            for (worker, _) in state.idle.reversed() where !kinds.contains(worker.key) { kinds.append(worker.key) }
            let wanted = kinds.prefix(Self.largestKindCount)
            var surplus = state.idle.map(\.worker).filter { !wanted.contains($0.key) }
            state.idle.removeAll { !wanted.contains($0.worker.key) }
            let rest = max(0, state.idle.count - Self.largestIdleCount)
            surplus += state.idle.prefix(rest).map(\.worker)
            state.idle.removeFirst(rest)
            return surplus
        }
    }

    /// Lets those go soon that are more than the last session of their kind wanted, as loky's pool is resized.
    ///
    /// Not at once: sessions that overlap, or take turns, would start workers anew each time.
    private func trim(_ key: WorkerKey) {
        let deadline = MonotonicClock.now + Self.surplusTime
        let isTrimmed = self.state.withLock { state in
            let places = state.idle.indices.filter { state.idle[$0].worker.key == key }
            let surplus = places.dropLast(state.sizes[key] ?? 0).filter { state.idle[$0].deadline > deadline }
            for place in surplus { state.idle[place].deadline = deadline }
            return !surplus.isEmpty
        }
        if isTrimmed { self.expire(at: deadline) }
    }

    /// Has a worker end by itself, and sees to it that it does.
    private func leave(_ worker: LokyWorker) {
        worker.link.leave()
        self.endSoon(worker)
    }

    /// Ends a worker that is about to end, should it not: what a task has left behind may keep it.
    func endSoon(_ worker: LokyWorker) {
        let supervisor = self.state.withLock { $0.machinery }?.supervisor
        supervisor?.schedule(at: MonotonicClock.now + Self.leavingTime) { [weak worker] in worker?.kill() }
    }

    /// Has looked who is to go at a time.
    ///
    /// One look at a time is planned: a call in every microsecond must not leave as many plans for the next minutes.
    private func expire(at deadline: UInt64) {
        let supervisor = self.state.withLock { state -> ProcessSupervisor? in
            guard deadline < state.nextLook else { return nil }
            state.nextLook = deadline
            return state.machinery?.supervisor
        }
        supervisor?.schedule(at: deadline) { self.dismiss() }
    }

    /// What all workers have in common; made when it is first asked for.
    func machinery() throws(SystemError) -> Machinery {
        if let machinery = self.state.withLock({ $0.machinery }) { return machinery }
        return try self.making.withLock { supervisor throws(SystemError) in
            // Another thread may have been faster.
            if let machinery = self.state.withLock({ $0.machinery }) { return machinery }
            let bell = try WorkerBell.make()
            // One whose thread runs is kept, should there be none left for the next.
            let fresh: ProcessSupervisor
            if let supervisor { fresh = supervisor } else { fresh = try ProcessSupervisor() }
            supervisor = fresh
            let arena = try SharedArena()
            let receiver = try AnswerReceiver(bell.rings)
            let watch = WorkWatch(fresh, receiver) { self.state.withLock { Array($0.workers.values) } }
            let machinery = Machinery(fresh, bell, receiver, watch, arena)
            self.state.withLock { $0.machinery = machinery }
            // What tasks have printed last is still to be shown.
            ProcessExit.perform { self.drain(self.state.withLock { Array($0.workers.values) }) }
            return machinery
        }
    }

    /// Has shown what workers have printed so far.
    func drain(_ workers: [LokyWorker]) {
        guard !ThisProcess.isForeignCopy else { return }
        self.state.withLock { $0.machinery }?.supervisor.drain(workers.compactMap(\.process))
    }

    // MARK: - Large arrays

    /// Where they go; `nil` before there was any worker.
    var arena: SharedArena? { self.state.withLock { $0.machinery }?.arena }

    /// Has the memory of large arrays freed after a while, unless others use it.
    func trimLater() {
        guard let machinery = self.state.withLock({ $0.machinery }), machinery.arena.takeUse() else { return }
        machinery.supervisor.schedule(at: MonotonicClock.now + Self.arenaTime) { [weak self] in
            // Gigabytes take the kernel a while.
            PlatformThread.startOrRun(name: "joblib-trim") { self?.trim(machinery.arena) }
        }
    }

    private func trim(_ arena: SharedArena) {
        // Whoever takes one of them waits until its memory is given back, which others do not.
        let idle = self.state.withLock { state in
            let idle = state.idle.map(\.worker)
            for worker in idle { worker.beginTrim() }
            return idle
        }
        for worker in idle {
            worker.link.trimResults()
            worker.endTrim()
        }
        arena.trim()
    }

    // MARK: - The ends of workers

    /// Lets those go that were idle for long enough.
    private func dismiss() {
        let (late, next) = self.state.withLock { state in
            let now = MonotonicClock.now
            let late = state.idle.filter { $0.deadline <= now }.map(\.worker)
            state.idle.removeAll { $0.deadline <= now }
            let keys = Set(state.workers.values.map(\.key))
            state.sizes = state.sizes.filter { keys.contains($0.key) }
            state.nextLook = .max
            return (late, state.idle.map(\.deadline).min())
        }
        for worker in late { self.leave(worker) }
        if let next { self.expire(at: next) }
    }

    // On the supervisor's thread.
    private func didEnd(_ worker: LokyWorker, _ ending: ChildEnding) {
        self.state.withLock { state in
            _ = state.workers.removeValue(forKey: ObjectIdentifier(worker))
            state.idle.removeAll { $0.worker === worker }
        }
        self.ends.advance()
        // First: the batches that come back find its successor.
        worker.end()?.didEnd(worker, ending)
        // Finding out where it was takes tens of milliseconds, in which other workers may end.
        PlatformThread.startOrRun(name: "joblib-blame") {
            worker.link.finish { task in worker.death(ending, task: task) }
            worker.link.abandonResults()
        }
    }

    /// Ends the workers that are idle, and waits until they have.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            PlatformThread.startOrRun(name: "joblib-shutdown") {
                self.shutDownBlocking()
                continuation.resume()
            }
        }
    }

    private func shutDownBlocking() {
        let idle = self.state.withLock { state in
            defer { state.idle = [] }
            return state.idle.map(\.worker)
        }
        for worker in idle { self.leave(worker) }
        // They have nothing to do. One that does not go by itself was stopped, or is out of its mind.
        let patience = MonotonicClock.now + 2_000_000_000
        while true {
            let seen = self.ends.count
            let left = self.state.withLock { state in idle.filter { state.workers[ObjectIdentifier($0)] != nil } }
            if left.isEmpty { break }
            if !self.ends.wait(while: seen, until: patience) { break }
        }
        for worker in idle { worker.kill() }
        for worker in idle { worker.link.abandonResults() }
        self.arena?.trim()
    }

    /// The ids of all workers' processes.
    var pids: [Int32] { self.state.withLock { $0.workers.values.compactMap { $0.process?.pid } }.sorted() }
}
