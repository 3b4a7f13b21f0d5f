// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore
import JoblibWire

/// The backend `"multiprocessing"`: workers are copies of the program, made by fork(2) for each call.
///
/// A copy has every closure and all that it captures, so any task runs, in isolation, and nothing of its input is encoded. What
/// it changes in memory it changes in its own copy. Results come back through shared memory: as their bytes where they are
/// bitwise-copyable, encoded where they are `Codable`. A task that crashes its worker fails alone.
///
/// Tasks must be synchronous, and must not use what fork(2) breaks: see docs/fork-safety.md. joblib's `multiprocessing`.
public struct MultiprocessingBackend: ForkingBackend {
    private let settings: MultiprocessingSettings

    /// Makes the backend that a call asks for by name.
    ///
    /// - Throws: ``ParallelError`` for a parameter, or a value of `JOBLIB_START_METHOD`, that means nothing, and where
    ///   `JOBLIB_MULTIPROCESSING` is 0.
    public init(_ request: BackendRequest) throws {
        self.settings = try MultiprocessingSettings(request)
    }

    /// Copies of the process; loops inside of tasks run on threads of the copy.
    public var capabilities: BackendCapabilities { Self.capabilities }

    private static let capabilities: BackendCapabilities = {
        var capabilities = BackendCapabilities()
        capabilities.reach = .forkedCopy
        capabilities.nested = .named("threading")
        capabilities.parameters = MultiprocessingSettings.names
        return capabilities
    }()

    /// Bitwise-copyable values as they are in memory, others in a compact form.
    public var taskCoder: any TaskCoder { BinaryCoder(trust: .sameBuild) }

    /// Returns what forks workers for one call.
    public func open(_ request: OpenRequest) -> any WorkerSession {
        Rehearsal.finish()
        return MultiprocessingSession(self.settings)
    }
}

extension BackendSelection {
    /// Forked copies of the process, for each call.
    public static let multiprocessing: BackendSelection = "multiprocessing"
}

/// Registers the backend `"multiprocessing"`; needed only by programs that do not import `Joblib`, which does it for them.
public func registerMultiprocessingBackend() {
    registerParallelBackend("multiprocessing") { request in try MultiprocessingBackend(request) }
}
