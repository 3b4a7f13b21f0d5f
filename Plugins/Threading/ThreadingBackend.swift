// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// The backend `"threading"`: threads of this process, kept for the next loop.
///
/// The calling thread of a loop is one of its workers, so `n` jobs need `n - 1` threads. Threads are shared by all loops
/// of the process, started when first needed, and end after ten idle seconds. They are not threads of the cooperative
/// pool: a loop never keeps a `Task` waiting.
public struct ThreadingBackend: ParallelBackend {
    private let session: ThreadingSession

    /// Makes the backend.
    ///
    /// - Parameter pinsWorkers: Whether each thread is bound to a processor of its own while it works. Helps where the
    ///   scheduler puts threads that were woken on one processor; hurts where other programs need the processors.
    public init(pinsWorkers: Bool = false) {
        self.session = pinsWorkers ? ThreadingSession(pinsWorkers: true) : .shared
    }

    /// Makes the backend that a call asks for by name.
    ///
    /// - Throws: ``ParallelError`` `.invalidArgument` when `pinWorkers` is given something else than a `Bool`.
    public init(_ request: BackendRequest) throws {
        self.init(pinsWorkers: try request.parameter(Self.pinWorkers) ?? false)
    }

    static let pinWorkers = "pinWorkers"

    /// Shared memory, any number of workers, and `pinWorkers`.
    public var capabilities: BackendCapabilities { Self.capabilities }

    // Made once: every call asks.
    private static let capabilities: BackendCapabilities = {
        var capabilities = BackendCapabilities()
        capabilities.parameters = [Self.pinWorkers]
        return capabilities
    }()

    /// Returns the threads of the process, of which as many work as batches are submitted.
    public func open(_ request: OpenRequest) -> any WorkerSession {
        self.session
    }
}

extension BackendSelection {
    /// Threads of this process; the default.
    public static let threading: BackendSelection = "threading"
}

extension BackendParameter {
    /// Whether each worker is bound to a processor of its own while it works; off by default.
    public static func pinWorkers(_ isOn: Bool) -> BackendParameter {
        BackendParameter(name: ThreadingBackend.pinWorkers, value: isOn)
    }
}

/// Registers the backend `"threading"`; needed only by programs that do not import `Joblib`, which does it for them.
public func registerThreadingBackend() {
    registerParallelBackend("threading") { request in try ThreadingBackend(request) }
}
