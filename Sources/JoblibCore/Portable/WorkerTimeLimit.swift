// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Sees to it that a task of a worker in another process keeps its time limit.
///
/// Nobody can take a thread away from its task: the worker says which one it was and is ended.
final class WorkerTimeLimit: Watched {
    private struct Attempt {
        var message: WorkerMessage
        var deadline: UInt64
    }

    private let limit: UInt64
    private let state = Mutex<Attempt?>(nil)
    private let isOver = Atomic<Bool>(false)

    /// Moves when it has been told that an attempt was given up.
    private let told = WaitWord()
    private let overrun: @Sendable (WorkerMessage) -> Void

    /// Makes a limit.
    ///
    /// - Parameters:
    ///   - limit: In nanoseconds.
    ///   - overrun: Called on a thread of its own with what is to be said of the task.
    init(_ limit: UInt64, overrun: @escaping @Sendable (WorkerMessage) -> Void) {
        self.limit = limit
        self.overrun = overrun
    }

    /// An attempt begins.
    func begin(_ index: Int, attempt: Int, at start: UInt64) {
        let message = WorkerMessage(kind: .timedOut, index: index, attempt: attempt, time: start, duration: self.limit)
        let (deadline, overflow) = start.addingReportingOverflow(self.limit)
        self.state.withLock { $0 = Attempt(message: message, deadline: overflow ? .max : deadline) }
    }

    /// The attempt has ended.
    ///
    /// - Returns: `false` if it had been given up, once that has been told: the thread that tells it may stop this one to see where it
    ///   is, and nothing must be in between.
    func end() -> Bool {
        let isInTime = self.state.withLock { attempt in
            defer { attempt = nil }
            return attempt != nil
        }
        if !isInTime { self.told.wait(while: 0) }
        return isInTime
    }

    /// No attempt comes any more.
    func finish() { self.isOver.store(true, ordering: .relaxed) }

    func look(at now: UInt64) -> UInt64? {
        guard !self.isOver.load(ordering: .relaxed) else { return nil }
        let (late, next) = self.state.withLock { attempt -> (WorkerMessage?, UInt64) in
            guard let current = attempt else { return (nil, now + self.limit) }
            guard current.deadline <= now else { return (nil, current.deadline) }
            attempt = nil
            return (current.message, now + self.limit)
        }
        guard let late else { return next }
        PlatformThread.startOrRun(name: "joblib-timeout") {
            self.overrun(late)
            self.told.advance()
        }
        return nil
    }
}
