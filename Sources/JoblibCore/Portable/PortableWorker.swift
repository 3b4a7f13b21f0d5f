// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import JoblibPOSIX
import Synchronization

/// The other end of a batch that has left the process: what a worker does with it.
///
/// For backends whose ``BackendCapabilities/reach`` is `.elsewhere`. The caller's side sends ``Batch/payload``, the worker's
/// gives it to ``execute(_:coder:workerIndex:isCancelled:watch:overrun:send:)`` and sends back what that sends, and the caller's side
/// gives each answer to ``Batch/accept(_:)``.
public enum PortableWorker {
    /// The exit status of a worker that has ended for a task's time limit: EX_TEMPFAIL of sysexits(3).
    public static let overrunStatus: Int32 = 75

    /// Runs the tasks of a batch, one after the other, in the calling thread.
    ///
    /// - Parameters:
    ///   - payload: What ``Batch/payload`` was, or any bytes: they are checked.
    ///   - coder: Decodes tasks and encodes outputs, unless the call asks for another.
    ///   - workerIndex: What tasks see as the index of their worker, from 0.
    ///   - isCancelled: Asked before each task, and by loops inside of tasks.
    ///   - watch: What is done around each task.
    ///   - overrun: Called on another thread, after the last answer, when a task has run out of time; by default it ends the
    ///     process. Where it does not, this call returns once the task does.
    ///   - send: Called with each answer, in order and by one thread at a time.
    /// - Throws: ``ParallelError`` `.poolUnhealthy` when the bytes are no batch; what tasks throw is sent.
    public static func execute(
        _ payload: [UInt8],
        coder: any TaskCoder,
        workerIndex: Int = 0,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        watch: TaskWatch = TaskWatch(),
        overrun: (@Sendable () -> Void)? = nil,
        send: @escaping @Sendable ([UInt8]) -> Void
    ) throws {
        let batch: PortablePayload
        do {
            batch = try PortablePayload(decoding: payload)
        } catch {
            throw ParallelError(
                .poolUnhealthy,
                "\(payload.count) bytes that are no batch of this version; caller and worker must be the same program"
            )
        }
        var coder = coder
        if !batch.settings.coderName.isEmpty {
            guard let named = PortableName.coder(named: batch.settings.coderName) else {
                throw ParallelError(
                    .poolUnhealthy,
                    "a batch for the coder '\(batch.settings.coderName)', which is not in this program"
                )
            }
            guard coder.trustsMemory || !named.trustsMemory else {
                throw ParallelError(
                    .poolUnhealthy,
                    "a batch for the coder '\(batch.settings.coderName)', which trusts bytes that this worker must not trust"
                )
            }
            coder = named
        }
        let overrun = overrun ?? { ProcessExit.now(self.overrunStatus) }
        try WorkerBatch(batch.settings, coder, workerIndex: workerIndex, isCancelled, watch, overrun, send)
            .run(batch.runs)
    }
}

/// A batch in its worker.
private final class WorkerBatch {
    private let settings: PortablePayload.Settings
    private let coder: any TaskCoder
    private let workerIndex: Int
    private let isCancelled: @Sendable () -> Bool
    private let watch: TaskWatch
    private let answers: WorkerAnswers
    private let limit: WorkerTimeLimit?
    private var lastEnd = MonotonicClock.now

    init(
        _ settings: PortablePayload.Settings,
        _ coder: any TaskCoder,
        workerIndex: Int,
        _ isCancelled: @escaping @Sendable () -> Bool,
        _ watch: TaskWatch,
        _ overrun: @escaping @Sendable () -> Void,
        _ send: @escaping @Sendable ([UInt8]) -> Void
    ) {
        let answers = WorkerAnswers(workerIndex: workerIndex, send)
        self.settings = settings
        self.coder = coder
        self.workerIndex = workerIndex
        self.isCancelled = isCancelled
        self.watch = watch
        self.answers = answers
        self.limit =
            settings.timeLimit == 0
            ? nil
            : WorkerTimeLimit(settings.timeLimit) { message in
                var message = message
                message.trace = watch.stack()
                if answers.close(adding: message) { overrun() }
            }
    }

    func run(_ runs: [PortablePayload.Run]) throws {
        if self.settings.reportsStart { self.answers.begin() }
        let plan = try WorkerPlans.plan(jobs: self.settings.innerJobs)
        // What loops inside of tasks get in a program without threads of ours.
        guard plan.isSequential else { return try self.run(runs, plan.plan) }
        try parallelConfig(backend: "sequential") { try self.run(runs, plan.plan) }
    }

    private func run(_ runs: [PortablePayload.Run], _ plan: CallPlan) throws {
        let loop = WorkerLoop(plan, seed: self.settings.seed, self.isCancelled)
        if let limit = self.limit { try Watchdog.shared.watch(limit) }
        defer { self.limit?.finish() }
        plan.scope.bind {
            Runner.stayRemote(in: loop, workerIndex: self.workerIndex) { runner in
                for run in runs {
                    guard let type = PortableName.taskType(named: run.name) else {
                        guard self.refuse(run) else { return }
                        continue
                    }
                    let goesOn =
                        switch run.tasks {
                        case .encoded(let tasks): self.run(type, tasks, runner)
                        case .plain(let row): self.run(type, row, runner)
                        }
                    guard goesOn else { return }
                }
            }
        }
        // Before the last answer: what the caller prints next comes after it.
        joblib_output_end()
        self.answers.close()
    }

    /// Says of each task that its type is not there; whether to go on.
    private func refuse(_ run: PortablePayload.Run) -> Bool {
        let name = String(decoding: run.name, as: UTF8.self).prefix(200)
        let error = ParallelError(
            .taskNotPortable,
            "this program has no task of the type named '\(name)'; caller and worker must be the same program"
        )
        return self.refuse(run, error)
    }

    private func refuse(_ run: PortablePayload.Run, _ error: any Error) -> Bool {
        let tasks: [(Int, Int)] =
            switch run.tasks {
            case .encoded(let tasks): tasks.map { ($0.index, $0.attempt) }
            case .plain(let row): (row.first..<row.first + row.count).map { ($0, row.attempt) }
            }
        for (index, attempt) in tasks {
            self.answers.add(self.message(.notDecodable, index, attempt, error))
            if !self.settings.keepsGoing { return false }
        }
        return true
    }

    private func message(
        _ kind: WorkerMessage.Kind,
        _ index: Int,
        _ attempt: Int,
        _ error: any Error,
        trace: String? = nil
    ) -> WorkerMessage {
        let payload = TransportedError.encode(error, self.coder)
        return WorkerMessage(
            kind: kind,
            index: index,
            attempt: attempt,
            time: MonotonicClock.now,
            payload: payload[...],
            trace: trace
        )
    }

    /// Runs tasks of one type; whether to go on.
    private func run<T: PortableTask>(_ type: T.Type, _ tasks: [PortablePayload.Task], _ runner: Runner) -> Bool {
        let coding = OutputCoding<T.Output>(self.coder)
        for task in tasks {
            let entry = ShippingLedger.Entry(index: task.index, attempt: task.attempt, retries: task.retries)
            guard self.run(entry, coding, runner, { try self.coder.decode(T.self, from: task.bytes) }) else {
                return false
            }
        }
        return true
    }

    /// Runs tasks that are their bytes in memory; whether to go on.
    private func run<T: PortableTask>(_ type: T.Type, _ row: PortablePayload.Plain, _ runner: Runner) -> Bool {
        guard self.coder.trustsMemory(of: T.self), _isPOD(T.self), MemoryLayout<T>.size == row.byteCount else {
            let error = OutputCoding<T>.WrongSize(byteCount: row.byteCount)
            return self.refuse(PortablePayload.Run(name: [], tasks: .plain(row)), error)
        }
        if self.limit == nil, !self.settings.tracesThrows, row.retries == 0, self.sendsMemory,
            self.coder.trustsMemory(of: T.Output.self), let byteCount = PlainOutput.byteCount(of: T.Output.self)
        {
            return self.runQuickly(type, row, outputByteCount: byteCount, runner)
        }
        let coding = OutputCoding<T.Output>(self.coder)
        return unsafe row.bytes.withUnsafeBytes { bytes in
            for offset in 0..<row.count {
                let entry = ShippingLedger.Entry(index: row.first + offset, attempt: row.attempt, retries: row.retries)
                let goesOn = self.run(entry, coding, runner) {
                    // SAFETY: plain bytes, as many as a value has, out of a process that is trusted to have written one.
                    unsafe bytes.loadUnaligned(fromByteOffset: offset * row.byteCount, as: T.self)
                }
                guard goesOn else { return false }
            }
            return true
        }
    }

    /// Runs tasks of which nothing more is told than their outputs, which are plain bytes as well; whether to go on.
    private func runQuickly<T: PortableTask>(
        _ type: T.Type,
        _ tasks: PortablePayload.Plain,
        outputByteCount: Int,
        _ runner: Runner
    ) -> Bool {
        unsafe tasks.bytes.withUnsafeBytes { bytes in
            // Tasks of no size have no bytes, and are read from anywhere.
            let row = unsafe PlainTaskRow(
                tasks,
                bytes.baseAddress ?? UnsafeRawPointer(Runner.currentIndex),
                outputByteCount: outputByteCount,
                isCancelled: self.isCancelled,
                self.watch,
                runner,
                self.answers,
                start: self.lastEnd
            ) { index, error, end in
                var message = self.message(.failed, index, tasks.attempt, error)
                message.time = end
                self.answers.add(message)
                return self.settings.keepsGoing
            }
            T._run(row)
            row.flush()
            self.lastEnd = MonotonicClock.now
            return !row.isStopped
        }
    }

    /// Runs one task; whether to go on.
    private func run<T: PortableTask>(
        _ entry: ShippingLedger.Entry,
        _ coding: OutputCoding<T.Output>?,
        _ runner: Runner,
        _ decode: () throws -> T
    ) -> Bool {
        guard !self.isCancelled(), self.watch.mayBegin(entry.index) else { return false }
        joblib_output_begin(Int64(entry.index), 1, self.settings.tagsOutput ? 1 : 0)
        defer { self.watch.didEnd() }
        do {
            guard let coding else { throw OutputCoding<T.Output>.refusal("the worker") }
            return try self.attempt(try decode(), entry, coding, runner)
        } catch is TaskFailed {
            return self.settings.keepsGoing
        } catch {
            self.answers.add(self.message(.notDecodable, entry.index, entry.attempt, error))
            return self.settings.keepsGoing
        }
    }

    /// Whether outputs that are plain bytes travel as their memory; not where each task is told of.
    private var sendsMemory: Bool {
        !self.settings.reportsTasks && !self.settings.tagsOutput && self.settings.coderName.isEmpty
    }

    /// Thrown once it has been told that a task has failed.
    private struct TaskFailed: Error {}

    /// Runs a task as often as its retries allow; `false` when it was given up on the way.
    private func attempt<T: PortableTask>(
        _ value: T,
        _ task: ShippingLedger.Entry,
        _ coding: OutputCoding<T.Output>,
        _ runner: Runner
    ) throws(TaskFailed) -> Bool {
        var attempt = task.attempt
        var retries = task.retries
        while true {
            runner.begin(task.index, attempt: attempt)
            // A task begins when the one before it has ended: a reading of the clock costs as much as a short task.
            let start = self.settings.reportsTasks || self.limit != nil ? MonotonicClock.now : self.lastEnd
            if self.settings.reportsTasks {
                let message = WorkerMessage(kind: .started, index: task.index, attempt: attempt, time: start)
                self.answers.add(message, isUrgent: true)
            }
            self.limit?.begin(task.index, attempt: attempt, at: start)
            let (result, trace) = TracedThrow.record(self.settings.tracesThrows, value.run)
            let end = MonotonicClock.now
            self.lastEnd = end
            guard self.limit?.end() != false else { return false }
            var message: WorkerMessage
            switch result {
            case .success(let output):
                if self.sendsMemory, let byteCount = coding.plainByteCount {
                    unsafe withUnsafeBytes(of: output) { bytes in
                        let plain = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<byteCount])
                        unsafe self.answers.add(plain, task.index, attempt: attempt, end: end, duration: end - start)
                    }
                    return true
                }
                do {
                    message = WorkerMessage(kind: .result, index: task.index, attempt: attempt)
                    message.payload = try coding.encode(output)[...]
                } catch {
                    message = self.message(.notEncodable, task.index, attempt, error)
                }
            case .failure(let error):
                let isAgain = retries > 0 && !self.isCancelled()
                message = self.message(isAgain ? .retried : .failed, task.index, attempt, error, trace: trace)
            }
            message.time = end
            message.duration = end - start
            // Of an attempt that ends the process it is known which one it was.
            self.answers.add(message, isUrgent: self.settings.reportsTasks || message.kind == .retried)
            switch message.kind {
            case .result: return true
            case .retried:
                attempt += 1
                retries -= 1
            default: throw TaskFailed()
            }
        }
    }
}

/// The loop that a task in such a worker is in, as it and the loops inside of it see it.
// SAFETY: constants.
private final class WorkerLoop: Loop, @unchecked Sendable {
    private let seed: UInt64
    private let isCancelled: @Sendable () -> Bool

    init(_ plan: CallPlan, seed: UInt64, _ isCancelled: @escaping @Sendable () -> Bool) {
        self.seed = seed
        self.isCancelled = isCancelled
        super.init(plan)
    }

    override var rootSeed: UInt64 { self.seed }

    override var isStoppedOrOrphaned: Bool { self.isStopped || self.isCancelled() }
}

/// The plans of the loops that tasks in a worker are in, which are the same from batch to batch.
private enum WorkerPlans {
    private static let known = Mutex<[Int: (plan: CallPlan, isSequential: Bool)]>([:])

    static func plan(jobs: Int) throws -> (plan: CallPlan, isSequential: Bool) {
        if let plan = self.known.withLock({ $0[jobs] }) { return plan }
        let isSequential = !registeredParallelBackends().contains("threading")
        let backend = isSequential ? "sequential" : "threading"
        let plan = try Parallel(nJobs: jobs, backend: .named(backend)).planWithoutTasks()
        // Programs ask for one or two numbers of jobs; hostile bytes could for any.
        self.known.withLock { if $0.count < 64 { $0[jobs] = (plan, isSequential) } }
        return (plan, isSequential)
    }
}
