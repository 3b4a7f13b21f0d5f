// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore
import JoblibPOSIX
import JoblibWire
import JoblibWorkers

/// The backend `"loky"`: workers are this program, started anew, and kept for the calls to come.
///
/// A worker has nothing of its caller's memory, so tasks have to be portable: mark functions `@Portable`. It is started once,
/// and then takes batches through memory that both see, which costs a fraction of that. A task that crashes its worker
/// fails alone, and another worker takes its place; so does one whose worker a signal stops for more than a second or two, since
/// nothing else would keep its time limit. joblib's `loky`.
public struct LokyBackend: ShippingBackend {
    private let settings: LokySettings

    /// Makes the backend that a call asks for by name.
    ///
    /// - Throws: ``ParallelError`` for a parameter that means nothing, and where `JOBLIB_MULTIPROCESSING` is 0.
    public init(_ request: BackendRequest) throws {
        try WorkerParameters.refuseWhereForbidden()
        self.settings = try LokySettings(request)
    }

    /// Processes on this host that see bytes only; loops inside of tasks run on threads of the worker.
    public var capabilities: BackendCapabilities { Self.capabilities }

    private static let capabilities: BackendCapabilities = {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        capabilities.survivesCrashes = true
        capabilities.limitsInnerThreads = true
        capabilities.nested = .named("threading")
        capabilities.parameters = LokySettings.names
        return capabilities
    }()

    /// Bitwise-copyable values as they are in memory, others in a compact form: both sides are the same build.
    public var taskCoder: any TaskCoder { BinaryCoder(trust: .sameBuild, arrays: ResultArrays()) }

    /// The same, but for large arrays, which are put where all workers find them, each once for a call.
    public func taskCoder(for call: CallID) -> any TaskCoder {
        // Where there is no pool to be had it is the session that says so.
        guard !ThisProcess.isForeignCopy, let arena = try? LokyPool.shared.machinery().arena else {
            return self.taskCoder
        }
        let arrays = CallArrays(
            arena,
            call: call.number,
            unsharedUpTo: self.settings.maxNBytes,
            self.settings.mmapMode,
            folder: self.settings.tempFolder
        )
        return BinaryCoder(trust: .sameBuild, arrays: arrays)
    }

    /// What `.idempotent` says; by default a task whose worker was killed runs again.
    public var isIdempotent: Bool { self.settings.workers.isIdempotent }

    /// Takes workers that are idle, and starts those that are missing.
    ///
    /// - Throws: ``ParallelError`` `.resourceExhausted` when the system has no process, memory or descriptor left for even one,
    ///   `.startupFailed` where workers are nested too deep, and in a copy of the process that fork(2) has made.
    public func open(_ request: OpenRequest) throws -> any WorkerSession {
        try LokyDepth.check()
        try ForeignCopy.refuse()
        return try LokySession(LokyPool.shared, self.settings, request)
    }

    /// Ends the workers that are idle, and waits until they have ended; those at work are left alone.
    ///
    /// The memory that is kept for the large arrays of calls to come is freed as well.
    /// Nothing has to be called at the end of a program: its workers end with it.
    public static func shutDownIdleWorkers() async { await LokyPool.shared.shutDown() }

    /// The ids of the processes that wait for a call, or work for one, sorted.
    public static var workerPIDs: [Int32] { LokyPool.shared.pids }
}

extension BackendSelection {
    /// A pool of processes that is kept.
    public static let loky: BackendSelection = "loky"
}

/// Registers the backend `"loky"`, also as `"spawn"`; needed only by programs that do not import `Joblib`, which does it for them.
public func registerLokyBackend() {
    for name in ["loky", "spawn"] {
        registerParallelBackend(name) { request in try LokyBackend(request) }
    }
}
