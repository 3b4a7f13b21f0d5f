// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The backend `"sequential"`: every task runs in the calling thread, in order, for debugging.
///
/// A `timeout` is checked when a task returns, since nobody is there to interrupt it.
public struct SequentialBackend: ParallelBackend {
    /// Makes the backend.
    public init() {}

    /// No workers; parameters of other backends are not understood.
    public var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.hasWorkers = false
        return capabilities
    }

    /// Never called by the core, which sees that there are no workers.
    ///
    /// - Throws: ``ParallelError`` `.noWorkers`, always.
    public func open(_ request: OpenRequest) throws -> any WorkerSession {
        throw ParallelError(.noWorkers, "the sequential backend runs tasks in the calling thread and opens no session")
    }
}
