// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import Dispatch
public import JoblibCore

/// Runs the tasks of a loop on Dispatch queues.
public struct DispatchBackend: ParallelBackend {
    private let priority: DispatchQoS

    /// Makes the backend that a call asks for.
    ///
    /// - Throws: ``ParallelError`` when `qualityOfService` is given something else.
    public init(_ request: BackendRequest) throws {
        self.priority = try request.parameter("qualityOfService") ?? .unspecified
    }

    /// Every CPU by default, and a parameter.
    public var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.defaultNJobs = -1
        capabilities.parameters = ["qualityOfService"]
        return capabilities
    }

    /// Opens a session without anything of its own.
    public func open(_ request: OpenRequest) -> any WorkerSession {
        DispatchSession(priority: self.priority)
    }
}

private final class DispatchSession: WorkerSession {
    private let priority: DispatchQoS

    init(priority: DispatchQoS) {
        self.priority = priority
    }

    func submit(_ batch: Batch) {
        // A queue for each batch: it has a thread at once, however many others are blocked.
        DispatchQueue(label: "joblib", qos: self.priority).async { batch.run() }
    }
}

extension BackendParameter {
    /// The quality of service of the queues.
    public static func qualityOfService(_ priority: DispatchQoS) -> BackendParameter {
        BackendParameter(name: "qualityOfService", value: priority)
    }
}

/// Registers the backend `"dispatch"`.
public func registerDispatchBackend() {
    registerParallelBackend("dispatch") { request in try DispatchBackend(request) }
}
