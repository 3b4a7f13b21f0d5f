// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore
internal import JoblibPOSIX

// Parameters that backends whose workers are processes have in common.

extension BackendParameter {
    /// How many tasks one worker runs before another takes its place, from 1, which bounds what a leak costs.
    ///
    /// Python's `multiprocessing` calls it `maxtasksperchild`.
    public static func maxTasksPerWorker(_ count: Int) -> BackendParameter {
        BackendParameter(name: WorkerParameters.maxTasksPerWorkerName, value: count)
    }

    /// What each worker does before its first task; joblib's `initializer`.
    ///
    /// An error that it throws ends the call.
    public static func initializer<Output>(_ task: Delayed<Output>) -> BackendParameter {
        let initializer = WorkerInitializer(
            run: { _ = try task.run() },
            payload: { try PortableWorker.payload(of: task, named: "the initializer", coder: $0) }
        )
        return BackendParameter(name: WorkerParameters.initializerName, value: initializer)
    }

    /// Whether a task may run again whose worker was ended from outside; it may by default, up to twice.
    public static func idempotent(_ isIdempotent: Bool) -> BackendParameter {
        BackendParameter(name: WorkerParameters.idempotentName, value: isIdempotent)
    }

    /// Variables of the workers' environment, on top of what they inherit; set before any library of theirs is loaded.
    public static func environment(_ variables: [String: String]) -> BackendParameter {
        BackendParameter(name: WorkerParameters.environmentName, value: variables)
    }

    /// For how long a worker that has nothing to do waits for the next call before it ends, from 0; 300 s by default.
    ///
    /// joblib's `idle_worker_timeout`.
    public static func idleWorkerTimeout(_ timeout: Duration) -> BackendParameter {
        BackendParameter(name: WorkerParameters.idleWorkerTimeoutName, value: timeout)
    }

    /// With how many bytes of resident memory a worker leaves between two tasks, and another takes its place: `"2G"`, a number from 1,
    /// or `.unlimited`, which is the default.
    ///
    /// Each worker runs one task at least.
    public static func maxWorkerMemory(_ byteCount: ByteCount) -> BackendParameter {
        BackendParameter(name: WorkerParameters.maxWorkerMemoryName, value: byteCount)
    }

    /// How far workers trust the bytes of tasks; `.none` where these come from another host, whose batches are passed on.
    public static func workerTrust(_ trust: WorkerTrust) -> BackendParameter {
        BackendParameter(name: WorkerParameters.workerTrustName, value: trust)
    }

    /// What each worker does before its first task, as another process's ``WorkerParameters/initializerPayload(_:)`` has it.
    public static func initializer(payload: [UInt8]) -> BackendParameter {
        let initializer = WorkerInitializer(
            run: {
                throw ParallelError(.taskNotPortable, "an initializer of another process needs workers that see bytes")
            },
            payload: { _ in payload }
        )
        return BackendParameter(name: WorkerParameters.initializerName, value: initializer)
    }
}

/// What each worker does before its first task, for workers that have the caller's closures, and for others.
private struct WorkerInitializer: Sendable {
    let run: @Sendable () throws -> Void
    let payload: @Sendable (any TaskCoder) throws -> [UInt8]
}

/// What a call asks of workers that are processes.
public struct WorkerParameters: Sendable {
    /// The names of the parameters that make sense for every process: for ``BackendCapabilities/parameters``.
    public static let names: Set<String> = [maxTasksPerWorkerName, initializerName, idempotentName]

    /// The names of those that make sense for processes besides that are started anew, and kept from call to call.
    public static let namesOfStarted: Set<String> = [environmentName, idleWorkerTimeoutName, maxWorkerMemoryName]

    static let maxTasksPerWorkerName = "maxTasksPerWorker"
    static let initializerName = "initializer"
    static let idempotentName = "idempotent"
    static let environmentName = "environment"
    static let idleWorkerTimeoutName = "idleWorkerTimeout"
    static let maxWorkerMemoryName = "maxWorkerMemory"
    package static let workerTrustName = "workerTrust"

    /// How many tasks one worker runs before another takes its place, from 1; `nil`: any number.
    public let maxTasksPerWorker: Int?

    /// What each worker does before its first task, where it has the caller's closures.
    public var initializer: (@Sendable () throws -> Void)? { self.workerInitializer?.run }

    private let workerInitializer: WorkerInitializer?

    /// Whether a task may run again whose worker was ended from outside.
    public let isIdempotent: Bool

    /// Variables of the workers' environment, on top of what they inherit: names and values that execve(2) can take.
    public let environment: [String: String]

    /// For how long a worker stays that has nothing to do, from 0; `nil`: as the backend likes.
    public let idleWorkerTimeout: Duration?

    /// With how many bytes of resident memory, from 1, a worker leaves between two tasks; `nil`: any number.
    public let maxWorkerMemory: Int?

    /// Reads the parameters of a request; those that the backend does not name among its capabilities are never there.
    ///
    /// - Throws: ``ParallelError`` `.invalidArgument` for a value that means nothing.
    public init(_ request: BackendRequest) throws {
        self.maxTasksPerWorker = try request.parameter(Self.maxTasksPerWorkerName)
        self.workerInitializer = try request.parameter(Self.initializerName)
        self.isIdempotent = try request.parameter(Self.idempotentName) ?? true
        self.environment = try request.parameter(Self.environmentName) ?? [:]
        self.idleWorkerTimeout = try request.parameter(Self.idleWorkerTimeoutName)
        let memory: ByteCount? = try request.parameter(Self.maxWorkerMemoryName)
        do { self.maxWorkerMemory = try memory?.resolve() } catch {
            throw ParallelError(.invalidArgument, "\(Self.maxWorkerMemoryName): \(error.detail)")
        }
        if let wrong = self.wrongValue { throw ParallelError(.invalidArgument, wrong) }
    }

    private var wrongValue: String? {
        if let count = self.maxTasksPerWorker, count < 1 {
            return "maxTasksPerWorker: \(count) is no number of tasks; write 1 or more"
        }
        let variable = self.environment.first { name, value in
            name.isEmpty || name.contains("=") || name.utf8.contains(0) || value.utf8.contains(0)
        }
        if let (name, value) = variable {
            return
                "environment: '\(name)' = '\(value)' is no variable; a name has neither '=' nor a zero byte, and is not empty"
        }
        if let timeout = self.idleWorkerTimeout, timeout < .zero {
            return "idleWorkerTimeout: \(timeout) is negative; write zero or more"
        }
        if let byteCount = self.maxWorkerMemory, byteCount < 1 {
            return "maxWorkerMemory: \(byteCount) is no number of bytes; write 1 or more"
        }
        return nil
    }

    /// The same as bytes, for `PortableWorker.perform` in a worker that sees no more; `nil` when there is nothing to do.
    ///
    /// - Throws: ``ParallelError`` `.taskNotPortable` for a closure; what the task's `encode(to:)` throws.
    public func initializerPayload(_ coder: any TaskCoder) throws -> [UInt8]? {
        try self.workerInitializer?.payload(coder)
    }

    /// Refuses processes where whoever runs the program forbids them: `JOBLIB_MULTIPROCESSING` is 0; joblib's variable.
    ///
    /// - Throws: ``ParallelError`` `.startupFailed`.
    public static func refuseWhereForbidden() throws(ParallelError) {
        guard ProcessEnvironment.value("JOBLIB_MULTIPROCESSING") == "0" else { return }
        throw ParallelError(
            .startupFailed,
            "JOBLIB_MULTIPROCESSING is 0, which forbids processes; unset it, or choose threading"
        )
    }
}
