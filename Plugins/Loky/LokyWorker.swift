// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWorkers
import Synchronization

/// A worker process, from its start to its end.
final class LokyWorker: Sendable {
    private struct State {
        /// Who is told of it; `nil` while it is idle.
        weak var owner: LokySession?

        var process: SpawnedProcess?
        var isLeaving = false
        var hasEnded = false
        var place: Int?
        var startupFailure: String?
        var standstill = Standstill()
        var isGivenUp = false
    }

    let key: WorkerKey

    /// The number of the region of the pool's arena that its results go to.
    private let region: Int
    private let memory: SharedMemoryFile
    let link: WorkerLink
    private let state: Mutex<State>

    /// How many threads give its memory back; acquiring and releasing.
    private let trims = Atomic<Int>(0)
    private let trimEnds = WaitWord()

    /// Makes what a process needs that is not there yet.
    ///
    /// - Throws: `SystemError` when there is no memory or descriptor for it.
    init(_ key: WorkerKey, _ arena: SharedArena, owner: LokySession?) throws(SystemError) {
        self.key = key
        self.region = arena.makeRegion()
        self.memory = try WorkerLink.makeMemory()
        self.state = Mutex(State(owner: owner))
        self.link = WorkerLink(self.memory, arena, region: self.region)
        self.link.listen { [weak self] event in self?.hear(event) }
    }

    /// Starts the process, and does not wait until it has come up.
    ///
    /// - Parameters:
    ///   - supervisor: Whose child it becomes.
    ///   - bell: What it rings when it has something to say.
    ///   - arena: Where it finds large arrays.
    ///   - ended: Called on the supervisor's thread when it has ended.
    /// - Throws: `SystemError` when it cannot be started.
    func start(
        _ supervisor: ProcessSupervisor,
        bell: SharedMemoryFile,
        arena: SharedArena,
        _ ended: @escaping @Sendable (LokyWorker, ChildEnding) -> Void
    ) throws(SystemError) {
        var start = RingWorkerStart(parent: ThisProcess.id)
        start.maxTasks = self.key.maxTasks
        start.maxMemory = self.key.maxMemory
        start.region = self.region
        start.trust = self.key.trust
        var environment = self.key.variables
        environment[WorkerEntry.variable] = start.value
        environment[LokyDepth.variable] = "\(LokyDepth.current + 1)"
        environment[WorkerEntry.backtraceVariable] = WorkerEntry.noBacktrace
        if !self.key.initializer.isEmpty { self.link.initialize(self.key.initializer) }
        let inherited = [bell.descriptor, arena.descriptor]
        let process = try supervisor.start(environment, memory: self.memory, inherited: inherited) { process, event in
            switch event {
            case .lines(let lines, let isError):
                WorkerOutput.relay(lines, isError: isError)
                self.owner?.noteOutput()
            case .ended(let ending):
                self.state.withLock { $0.process = process }
                ended(self, ending)
            }
        }
        self.state.withLock { $0.process = process }
    }

    /// The process; `nil` before it is started.
    var process: SpawnedProcess? { self.state.withLock { $0.process } }

    /// Whether it has come up.
    var isUp: Bool { self.link.helloCount > 0 }

    /// Whether it has come up, and has done what it was to do first.
    var isReady: Bool { self.link.helloCount > (self.key.initializer.isEmpty ? 0 : 1) }

    /// Whether it takes no batch any more, since its process ends or has ended.
    var isGone: Bool { self.state.withLock { $0.isLeaving || $0.hasEnded } }

    /// Notes that its process has ended.
    ///
    /// - Returns: Whose it was.
    func end() -> LokySession? {
        self.state.withLock { state in
            state.hasEnded = true
            return state.owner
        }
    }

    /// Whether it takes batches.
    var isLeaving: Bool { self.state.withLock { $0.isLeaving } }

    /// Why it could not begin, in its own words; `nil` when it has not said so.
    var startupFailure: String? { self.state.withLock { $0.startupFailure } }

    /// Notes why it could not begin.
    ///
    /// - Returns: Whose it is.
    func noteStartupFailure(_ words: String) -> LokySession? {
        self.state.withLock { state in
            state.startupFailure = words
            return state.owner
        }
    }

    var owner: LokySession? { self.state.withLock { $0.owner } }

    /// Makes it a session's, or nobody's.
    func belong(to session: LokySession?) { self.state.withLock { $0.owner = session } }

    // MARK: - Its memory for large arrays

    /// Notes that its memory is being given back; while it is idle, under the pool's lock.
    func beginTrim() { self.trims.wrappingAdd(1, ordering: .acquiringAndReleasing) }

    func endTrim() {
        self.trims.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        self.trimEnds.advance()
    }

    /// Waits while its memory is being given back; once it is not idle any more, it will not be again.
    func waitUntilTrimmed() {
        while true {
            let seen = self.trimEnds.count
            if self.trims.load(ordering: .acquiring) == 0 { return }
            self.trimEnds.wait(while: seen)
        }
    }

    // MARK: - Its life

    /// Gives it an index among its session's workers.
    func place(_ index: Int) {
        let isNew = self.state.withLock { state in
            defer { state.place = index }
            return state.place != index
        }
        if isNew { self.link.place(index) }
    }

    /// Ends it and all that it has started, whatever it does.
    func kill() { self.process?.kill() }

    /// Ends it if a signal has stopped it for long: a limit of its task's is kept by itself, who does nothing now.
    ///
    /// - Parameter now: Nanoseconds of the monotonic clock.
    func endIfStopped(now: UInt64) {
        // One that comes up has a time of its own to do so.
        guard self.isReady, let process = self.process else { return }
        let isStopped = process.isStopped
        let isGivenUp = self.state.withLock { state in
            guard !state.hasEnded, state.standstill.note(isStopped: isStopped, now: now) else { return false }
            state.isGivenUp = true
            return true
        }
        if isGivenUp { process.kill() }
    }

    private func hear(_ event: WorkerLink.Event) {
        let owner = self.state.withLock { state in
            switch event {
            case .leaving: state.isLeaving = true
            case .notInitialized(let text): state.startupFailure = "the initializer threw \(text)"
            case .ready, .broken, .hasRoom: break
            }
            return state.owner
        }
        switch event {
        case .ready: if self.isReady { owner?.isReady() }
        case .leaving: owner?.isLeaving(self)
        // It ends now; what it has written before is to be said as well.
        case .notInitialized: owner?.isEnding(self)
        case .broken: self.kill()
        case .hasRoom: owner?.handOutWaiting()
        }
    }

    /// Describes its end.
    ///
    /// - Parameters:
    ///   - ending: How the process has ended.
    ///   - task: The position of the task that it was in.
    /// - Returns: The underlying error of that task's failure.
    func death(_ ending: ChildEnding, task: Int) -> WorkerDeath {
        let stack = ending.stack.isEmpty ? nil : StackTrace(addresses: ending.stack)
        let crash = CrashExplanation(ending, location: stack?.innermostLocation, isForked: false)
        let wasStopped = ending.signal == 9 && self.state.withLock { $0.isGivenUp }
        let stop = wasStopped ? "a signal had stopped it, and for more than a second nobody let it go on" : nil
        let words = [stop, crash.text].compactMap(\.self).joined(separator: "; ")
        var death = WorkerDeath(
            signal: ending.signal,
            exitCode: ending.exitCode,
            explanation: words.isEmpty ? nil : words
        )
        death.taskIndex = task
        death.ranOutOfMemory = ending.ranOutOfMemory
        death.pid = self.process?.pid ?? 0
        death.stackTrace = stack?.description
        return death
    }
}
