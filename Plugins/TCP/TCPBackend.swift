// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
public import JoblibCore
import JoblibPOSIX
import JoblibWire
import JoblibWorkers

/// The backend `"tcp"`: workers are this program on other hosts, over connections that are encrypted and authenticated both ways.
///
/// On each host the program is started with `JOBLIB_WORKER_LISTEN` or `JOBLIB_WORKER_DIAL` in its environment, and then serves calls in
/// place of its `main`. Tasks have to be portable: mark functions `@Portable`. A task may run twice where a host is lost, a result
/// is delivered once. What is promised to whom, and how, is in `docs/security.md`.
public struct TCPBackend: ShippingBackend {
    private let settings: TCPSettings

    /// Makes the backend that a call asks for by name.
    ///
    /// - Throws: ``ParallelError`` for a parameter that means nothing, and where there is no token.
    public init(_ request: BackendRequest) throws {
        self.settings = try TCPSettings(request)
    }

    /// Processes on other hosts; unset `nJobs` is all that there are.
    public var capabilities: BackendCapabilities { Self.capabilities }

    private static let capabilities: BackendCapabilities = {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        capabilities.survivesCrashes = true
        capabilities.isElastic = true
        capabilities.limitsInnerThreads = true
        capabilities.defaultNJobs = -1
        capabilities.batchesAhead = Cluster.batchesAhead
        capabilities.nested = .named("threading")
        capabilities.parameters = TCPSettings.names
        return capabilities
    }()

    /// A compact form, whose bytes may come from anywhere: the other hosts are the same build, and yet not this process.
    ///
    /// Large arrays of results come before the answers that refer to them.
    public var taskCoder: any TaskCoder { BinaryCoder(trust: .none, arrays: ArrivedResults()) }

    /// The same, but for large arrays, which go to each host once for a call.
    public func taskCoder(for call: CallID) -> any TaskCoder {
        let arrays = HostArrays(call, unsharedUpTo: self.settings.maxNBytes, self.settings.mmapMode)
        return BinaryCoder(trust: .none, arrays: arrays)
    }

    /// What `.idempotent` says; by default a task whose host was lost runs again.
    public var isIdempotent: Bool { self.settings.isIdempotent }

    /// All workers of the hosts that are there, once there are as many as `.waitForWorkers` says.
    public func countWorkers() throws -> Int? {
        try Clusters.use(self.settings) { cluster in
            try cluster.waitForWorkers(atLeast: self.settings.wantedCount, within: self.settings.waitLimit)
        }
    }

    /// Takes workers of the hosts that are there.
    ///
    /// - Throws: ``ParallelError`` `.noWorkers` when too few have come, which says how many, and why the others have not.
    public func open(_ request: OpenRequest) throws -> any WorkerSession {
        var wishes = SessionWishes()
        let count = request.taskCount.map { min(max(1, $0), request.workers) } ?? request.workers
        wishes.workers = count == .max ? nil : count
        wishes.isIdempotent = self.settings.isIdempotent
        wishes.isSpeculative = self.settings.isSpeculative
        return try Clusters.use(self.settings) { cluster in
            _ = try cluster.waitForWorkers(atLeast: self.settings.wantedCount, within: self.settings.waitLimit)
            return try cluster.open(
                request,
                wishes,
                parameters: self.settings.host.encoded,
                within: self.settings.waitLimit
            )
        }
    }
}

extension BackendSelection {
    /// Processes on other hosts.
    public static let tcp: BackendSelection = "tcp"
}

/// Registers the backend `"tcp"`, and takes `JOBLIB_TOKEN` out of the environment, so that no child process inherits it.
///
/// To be called at the beginning of `main`, while the program has no other thread that uses the environment.
public func registerTCPBackend() {
    ClusterToken.takeVariable()
    registerParallelBackend("tcp") { request in try TCPBackend(request) }
}

#endif
