// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The underlying error of a task whose worker's process has ended in it.
public struct WorkerDeath: Error, Sendable, Hashable, CustomStringConvertible {
    /// How: `.terminated`, `.exited`, or `.timedOut` where the process was ended for its task's time limit.
    public let reason: TaskFailure.Reason

    /// What happened, in words.
    public internal(set) var description: String

    /// Whether the kernel has ended the process since there was no memory left.
    ///
    /// The task then runs again while no other one of its call does.
    public var ranOutOfMemory: Bool = false

    /// The position in the input of the task that the worker was in; `nil` where that is not known.
    public var taskIndex: Int?

    /// The id of the process; 0 where it is not known.
    public var pid: Int32 = 0

    /// The name of the host that it was on; `nil`: this one.
    public var host: String?

    /// Where the worker was, a frame on each line; `nil` where that is not known.
    public var stackTrace: String?

    /// Makes a description of a death.
    ///
    /// - Parameters:
    ///   - reason: How the worker ended.
    ///   - description: What happened, in words.
    public init(reason: TaskFailure.Reason, description: String) {
        self.reason = reason
        self.description = description
    }

    /// Makes a description of the end of a process.
    ///
    /// - Parameters:
    ///   - signal: The signal that ended it; `nil` when it exited.
    ///   - exitCode: The status with which it exited.
    ///   - explanation: What more is known, in words.
    public init(signal: Int32?, exitCode: Int32?, explanation: String?) {
        let reason = signal.map { TaskFailure.Reason.terminated(signal: $0) } ?? .exited(code: exitCode ?? 0)
        let name = signal.map { "signal \($0)" + (Self.names[$0].map { " (\($0))" } ?? "") }
        let what = name.map { "the worker was ended by \($0)" } ?? "the worker exited with status \(exitCode ?? 0)"
        self.init(reason: reason, description: explanation.map { "\(what): \($0)" } ?? what)
    }

    init(_ end: ForkedWorkerEnd, cause: ForkedWatch.Action, limit: Duration?) {
        if cause == .endTask, let limit {
            self.init(reason: .timedOut, description: "\(TaskTimeout(limit: limit)), and its process was ended")
            return
        }
        if cause == .endStuck {
            self.init(
                reason: .terminated(signal: 9),
                description:
                    "the worker stood still: it waits for a lock that a thread of its parent held when it was forked; choose "
                    + "loky, whose workers are not forked, or see docs/fork-safety.md"
            )
            return
        }
        self.init(signal: end.signal, exitCode: end.exitCode, explanation: end.explanation)
    }

    /// Whether somebody else has ended the process: the kernel for want of memory, or another program.
    var isFromOutside: Bool { self.reason.signal == 9 || self.reason.signal == 15 }

    private static let names: [Int32: String] = [
        4: "SIGILL, a Swift trap most often", 5: "SIGTRAP, a Swift trap most often", 6: "SIGABRT", 7: "SIGBUS",
        8: "SIGFPE",
        9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM",
    ]
}
