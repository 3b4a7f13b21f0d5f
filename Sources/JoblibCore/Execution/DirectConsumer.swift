// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// What a consumer does for each task that it runs itself; the phase, and what belongs to whoever has it.
///
/// Not generic, and used by code that is compiled in the caller's module: looking a generic type up costs more than a
/// short task.
// SAFETY: `phase` and `isRefused` are atomics. The other properties are touched by the one thread that has moved the phase
// to `changing` or `running`, from which nobody else moves it but to `handedOver`, which leaves them alone. The loop owns
// this object, and who calls it holds the loop.
@safe
@usableFromInline
final class DirectConsumer: @unchecked Sendable {
    // Acquiring and releasing: who gets a phase sees what was done in the one before.
    private let phase = Atomic<UInt64>(DirectPhase(.off).word)

    // Set for good once somebody takes results who must not run tasks.
    //
    // Sequentially consistent where it is set, and where it is read after the phase has become idle: either the one who
    // refuses finds the phase idle, or the consumer finds that it is refused.
    private let isRefused = Atomic<Bool>(false)

    /// Whether a watch is on; see ``StreamLoop``.
    let isWatched = Atomic<Bool>(false)

    // Unmanaged, since counting references to these would take longer than a short task. The loop owns this object, and
    // whoever calls it holds the loop, which has the one around it for a parent.
    private let loop: Unmanaged<Loop>
    private var stopSource: Unmanaged<Loop>
    private var scope: Unmanaged<ConfigScope>
    private let isAlone: Bool

    /// The consumer's stay in the loop.
    private var runner: Runner?

    /// What a thread is told that is in a task of the stay.
    private var count: CallTally.Count?

    private var runs = DirectRuns(now: 0, ticksPerMicrosecond: ProcessorTicks.perMicrosecond)

    /// Ends the phase before a task that has not been read; of the loop.
    var end: (_ index: Int, _ isInputAtEnd: Bool) -> Void = { _, _ in }

    private var outer = TaskState.none

    init(_ loop: Loop) {
        unsafe self.loop = Unmanaged.passUnretained(loop)
        unsafe self.stopSource = Unmanaged.passUnretained(loop)
        unsafe self.scope = Unmanaged.passUnretained(loop.plan.scope)
        self.isAlone = loop.plan.workers == 1
    }

    /// Begins a stay of the consumer in the loop, before a task; the phase is the caller's own.
    func beginStay(before index: Int) {
        let loop = unsafe self.loop.takeUnretainedValue()
        let runner = Runner.resident(in: loop)
        self.runner = runner
        self.count = runner.count
        unsafe self.stopSource = Unmanaged.passUnretained(loop.stopSource)
        self.runs = DirectRuns.begun(now: ProcessorTicks.now, ticksPerMicrosecond: ProcessorTicks.perMicrosecond)
        self.set(DirectPhase(.idle, index))
    }

    /// Ends the stay; the phase is the caller's own.
    ///
    /// - Returns: What has to leave the loop.
    func endStay() -> Runner? {
        defer { (self.runner, self.count) = (nil, nil) }
        return self.runner
    }

    /// What an error thrown by a task of the stay is reported as.
    func failure(_ error: any Error, _ index: Int, argumentText: String) -> TaskFailure? {
        self.runner?.failure(error, index, argumentText: argumentText)
    }

    // MARK: - The phase

    var current: DirectPhase { DirectPhase(word: self.phase.load(ordering: .acquiring)) }

    func move(from old: DirectPhase, to new: DirectPhase) -> Bool {
        self.phase.compareExchange(expected: old.word, desired: new.word, ordering: .acquiringAndReleasing).exchanged
    }

    /// Moves the phase from one that is the caller's own.
    func set(_ new: DirectPhase) {
        self.phase.store(new.word, ordering: .releasing)
    }

    /// Whether the consumer may run tasks.
    var isAllowed: Bool { !self.isRefused.load(ordering: .relaxed) }

    func refuse() { _ = self.isRefused.exchange(true, ordering: .sequentiallyConsistent) }

    // MARK: - One task

    /// Begins to run a task, if that is how the tasks are run at the moment; next it is read.
    @usableFromInline
    func begin() -> Bool {
        let phase = self.current
        guard phase.kind == .idle, self.move(from: phase, to: DirectPhase(.changing)) else { return false }
        // Tasks see the scope of the call, which the consumer may have left.
        guard unsafe !self.stopSource._withUnsafeGuaranteedRef({ $0.isStopped }),
            unsafe Unmanaged.passUnretained(ConfigScope.current).toOpaque() == self.scope.toOpaque()
        else {
            self.end(phase.index, false)
            return false
        }
        return true
    }

    /// Says that there is no further task after so many.
    @usableFromInline
    func inputDidEnd(after count: Int) {
        self.end(count, true)
    }

    /// Says that a task was read and begins.
    @usableFromInline
    func willRun(_ index: Int) {
        self.set(DirectPhase(.running, index))
        self.outer = Runner.enterTask(index, of: self.runner)
    }

    /// Says that a task has ended.
    ///
    /// - Returns: Whether its result may be handed out at once; otherwise it goes the usual way.
    @usableFromInline
    func didRun(_ index: Int, hasFailed: Bool) -> Bool {
        Runner.leaveTask(to: self.outer)
        if let count = self.count { count.add() }
        self.runs.didRun(now: ProcessorTicks.now)
        guard !hasFailed, self.isAlone || self.runs.areBest, self.isAllowed else { return false }
        let idle = DirectPhase(.idle, index + 1)
        guard self.move(from: DirectPhase(.running, index), to: idle) else { return false }
        // Whoever has refused or stopped in between has found nothing to end.
        let isOver =
            unsafe self.isRefused.load(ordering: .sequentiallyConsistent)
            || self.stopSource._withUnsafeGuaranteedRef { $0.isStopped }
        if isOver, self.move(from: idle, to: DirectPhase(.changing)) { self.end(index + 1, false) }
        return true
    }
}
