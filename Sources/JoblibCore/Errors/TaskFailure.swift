// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// A task that threw, died, or ran out of time.
///
/// The same on every backend, since whoever writes the `catch` does not choose the backend.
public struct TaskFailure: Error, Sendable, CustomStringConvertible {
    /// Where a task ran.
    public struct Worker: Hashable, Sendable, CustomStringConvertible {
        /// The name of the host.
        public let host: String

        /// The id of the process.
        public let pid: Int

        /// Makes a description of a worker.
        public init(host: String, pid: Int) {
            self.host = host
            self.pid = pid
        }

        /// `host:pid`.
        public var description: String { "\(self.host):\(self.pid)" }

        /// The process that asks.
        static let thisProcess = Worker(host: ProcessIdentity.hostName, pid: ProcessIdentity.pid)
    }

    /// The position of the task in its call, from 0.
    public let index: Int

    /// The task's arguments as text, at most 1,000 characters; for `map` the element, empty for a closure.
    public let arguments: String

    /// What the task threw; for other reasons an error that says what happened.
    public let underlyingError: any Error

    /// How the task failed.
    public let reason: Reason

    /// Where it ran.
    public let worker: Worker

    /// Which attempt failed, from 1; above 1 only with `retries`.
    public let attempt: Int

    /// Where the error was thrown, one frame per line, or how to find out.
    public let remoteTrace: String?

    /// Makes a failure; the core does it for tasks that threw, a backend for workers that died.
    public init(
        index: Int,
        arguments: String,
        underlyingError: any Error,
        reason: Reason,
        worker: Worker,
        attempt: Int,
        remoteTrace: String?
    ) {
        self.index = index
        self.arguments = arguments
        self.underlyingError = underlyingError
        self.reason = reason
        self.worker = worker
        self.attempt = attempt
        self.remoteTrace = remoteTrace
    }

    /// One line: which task, with what, how, why.
    public var description: String {
        var text = "task \(self.index)"
        if !self.arguments.isEmpty { text += " (\(self.arguments))" }
        text += " \(self.reason)"
        if self.attempt > 1 { text += " at attempt \(self.attempt)" }
        return text + ": \(ErrorText.text(self.underlyingError))"
    }
}

extension TaskFailure {
    /// How a task failed; new reasons may appear in later versions.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// The name of the reason, such as `"threw"`.
        public let name: String

        /// The signal that ended the worker, or each of its workers; `nil` for other reasons.
        public let signal: Int32?

        /// The status with which the worker exited; `nil` for other reasons.
        public let exitCode: Int32?

        /// Makes a reason, for backends that need one of their own.
        public init(_ name: String) {
            self.init(name, signal: nil, exitCode: nil)
        }

        private init(_ name: String, signal: Int32?, exitCode: Int32?) {
            self.name = name
            self.signal = signal
            self.exitCode = exitCode
        }

        /// The task threw an error.
        public static let threw = Reason("threw")

        /// The task ran longer than `timeout`.
        public static let timedOut = Reason("timedOut")

        /// The task could not be turned into bytes.
        public static let notEncodable = Reason("notEncodable")

        /// The task or its result could not be made from bytes.
        public static let notDecodable = Reason("notDecodable")

        /// The task cannot leave its process.
        public static let notPortable = Reason("notPortable")

        /// The worker was lost with its host, or the way to it, and the task may not run again elsewhere.
        public static let workerLost = Reason("workerLost")

        /// A signal ended the worker.
        public static func terminated(signal: Int32) -> Reason {
            Reason("terminated", signal: signal, exitCode: nil)
        }

        /// The signal, sent by the kernel for want of memory or by another program, ended every worker that the task was given.
        ///
        /// It has run again twice, each time on another worker, and after the death for want of memory with no other task of its
        /// call beside it. The rest of the call goes on without it.
        public static func quarantined(signal: Int32) -> Reason {
            Reason("quarantined", signal: signal, exitCode: nil)
        }

        /// The worker exited.
        public static func exited(code: Int32) -> Reason {
            Reason("exited", signal: nil, exitCode: code)
        }

        /// Makes the reason that has arrived from another process; negative numbers stand for none.
        init(name: String, signal: Int32, exitCode: Int32) {
            self.init(name, signal: signal < 0 ? nil : signal, exitCode: exitCode < 0 ? nil : exitCode)
        }

        /// The name, with the signal or the status.
        public var description: String {
            if let signal = self.signal { return "\(self.name) by signal \(signal)" }
            if let exitCode = self.exitCode { return "\(self.name) with status \(exitCode)" }
            return self.name == "timedOut" ? "timed out" : self.name
        }
    }
}

/// The underlying error of a task that ran longer than `timeout`.
public struct TaskTimeout: Error, Sendable, Hashable, CustomStringConvertible {
    /// The limit that was passed.
    public let limit: Duration

    /// What happened, in words.
    public var description: String { "ran longer than its limit of \(self.limit)" }
}
