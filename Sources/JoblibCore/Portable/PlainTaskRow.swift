// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import JoblibPOSIX

// Not Sendable: the one thread that runs the tasks has it.
/// Tasks in a row in their worker that are plain bytes, and whose outputs are; what `PortableTask` itself runs them with.
///
/// Not to be used by programs.
@safe
public final class PlainTaskRow {
    /// What happens to a task that throws; whether to go on.
    typealias Failing = (_ index: Int, _ error: any Error, _ end: UInt64) -> Bool

    private let tasks: PortablePayload.Plain
    private let input: UnsafeRawPointer
    private let outputByteCount: Int
    private let outputs: UnsafeMutableRawBufferPointer
    private let isCancelled: () -> Bool
    private let watch: TaskWatch
    private let runner: Runner
    private let answers: WorkerAnswers
    private let failing: Failing

    private var position = 0

    /// Where the outputs begin that are not yet an answer, and since when they are made: by the clock, which costs as much as a
    /// short task, and by what is looked at after each.
    private var first = 0
    private var start: UInt64
    private var startTicks = ProcessorTicks.now

    /// Whether nothing behind the last task is to be run.
    private(set) var isStopped = false

    private static let outputsByteCount = 65_536
    private static let oldestMicroseconds: UInt64 = 20_000

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - tasks: The tasks.
    ///   - input: Their bytes, which are there as long as the row is.
    ///   - outputByteCount: How many bytes an output has.
    ///   - isCancelled: Asked before each task.
    ///   - watch: What is done around each.
    ///   - runner: Who runs them.
    ///   - answers: Where outputs go.
    ///   - start: When the first begins.
    ///   - failing: Called with what a task throws.
    init(
        _ tasks: PortablePayload.Plain,
        _ input: UnsafeRawPointer,
        outputByteCount: Int,
        isCancelled: @escaping () -> Bool,
        _ watch: TaskWatch,
        _ runner: Runner,
        _ answers: WorkerAnswers,
        start: UInt64,
        failing: @escaping Failing
    ) {
        self.tasks = tasks
        unsafe self.input = input
        self.outputByteCount = outputByteCount
        unsafe self.outputs = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(min(Self.outputsByteCount, tasks.count &* outputByteCount), outputByteCount) + 16,
            alignment: 16
        )
        self.isCancelled = isCancelled
        self.watch = watch
        self.runner = runner
        self.answers = answers
        self.start = start
        self.failing = failing
    }

    deinit {
        unsafe self.outputs.deallocate()
    }

    /// Begins the next task; `nil` when there is none to be run.
    ///
    /// - Returns: Where its bytes are, and where those of its output belong.
    public func begin() -> (input: UnsafeRawPointer, output: UnsafeMutableRawPointer)? {
        guard self.position < self.tasks.count, !self.isStopped else { return nil }
        let index = self.tasks.first + self.position
        guard !self.isCancelled(), self.watch.mayBegin(index), let base = unsafe self.outputs.baseAddress else {
            self.isStopped = true
            return nil
        }
        joblib_output_begin(Int64(index), 1, 0)
        self.runner.begin(index, attempt: self.tasks.attempt)
        let input = unsafe self.input + self.position * self.tasks.byteCount
        return unsafe (input, base + (self.position - self.first) * self.outputByteCount)
    }

    /// The task has returned, and its output is where it belongs.
    public func succeed() {
        self.watch.didEnd()
        self.position += 1
        let count = self.position - self.first
        let isFull = unsafe (count + 1) * self.outputByteCount > self.outputs.count
        // On another processor the difference may be anything: an answer is sent early then.
        let isOld = ProcessorTicks.now &- self.startTicks >= Self.oldestMicroseconds * ProcessorTicks.perMicrosecond
        if self.position < self.tasks.count, isFull || count >= Self.outputsByteCount || isOld { self.flush() }
    }

    /// The task has thrown.
    public func fail(_ error: any Error) {
        self.flush()
        let goesOn = self.failing(self.tasks.first + self.position, error, MonotonicClock.now)
        self.watch.didEnd()
        self.position += 1
        self.first = self.position
        if !goesOn { self.isStopped = true }
    }

    /// Hands on what is left; when that was ready is when the next task begins.
    func flush() {
        let count = self.position - self.first
        guard count > 0 else { return }
        let end = MonotonicClock.now
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: self.outputs[..<(count * self.outputByteCount)])
        unsafe self.answers.add(
            bytes,
            self.tasks.first + self.first,
            count: count,
            attempt: self.tasks.attempt,
            end: end,
            duration: end - self.start
        )
        self.first = self.position
        (self.start, self.startTicks) = (end, ProcessorTicks.now)
    }
}
