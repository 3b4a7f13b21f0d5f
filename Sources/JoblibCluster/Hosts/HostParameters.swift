// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibWire
import JoblibWorkers

/// What a session asks of its workers, as a host is told of it.
package struct HostParameters: Codable, Hashable, Sendable {
    /// How many threads libraries inside of a worker may use, from 1; `nil`: the host's own rule.
    var innerMaxNumThreads: Int?

    /// Variables of the workers' environment.
    var environment: [String: String]

    /// How many tasks a worker runs before another takes its place, and with how many bytes of memory; `nil`: any number.
    var maxTasksPerWorker: Int?
    var maxWorkerMemory: Int?

    /// For how long a worker stays that has nothing to do, in nanoseconds.
    var idleWorkerTimeout: UInt64?

    /// What each worker does before its first task; empty: nothing.
    var initializer: [UInt8]

    /// The names of the parameters of a backend whose hosts are told of them.
    package static let names = WorkerParameters.names.union([
        WorkerParameters.environmentName, WorkerParameters.idleWorkerTimeoutName, WorkerParameters.maxWorkerMemoryName,
    ])

    /// Reads the parameters of a request.
    ///
    /// - Throws: `ParallelError` for a value that means nothing, or an initializer that cannot be sent.
    package init(_ request: BackendRequest) throws {
        let workers = try WorkerParameters(request)
        self.innerMaxNumThreads = request.innerMaxNumThreads
        self.environment = try request.parameter(WorkerParameters.environmentName) ?? [:]
        self.maxTasksPerWorker = workers.maxTasksPerWorker
        self.maxWorkerMemory = try request.parameter(WorkerParameters.maxWorkerMemoryName)
        let timeout: Duration? = try request.parameter(WorkerParameters.idleWorkerTimeoutName)
        self.idleWorkerTimeout = try timeout.map { timeout in
            guard timeout >= .zero else {
                throw ParallelError(
                    .invalidArgument,
                    "idleWorkerTimeout: \(timeout) is negative; write zero or more"
                )
            }
            return UInt64(min(timeout.components.seconds, 1 << 32)) * 1_000_000_000
                + UInt64(timeout.components.attoseconds / 1_000_000_000)
        }
        self.initializer = try workers.initializerPayload(WorkerTrust.none.taskCoder) ?? []
    }

    /// Reads what a host is sent.
    ///
    /// - Throws: `DecodingError`.
    init(encoded bytes: [UInt8]) throws {
        self = try BinaryCoder(trust: .none).decode(Self.self, from: bytes)
    }

    /// What a host is sent.
    package var encoded: [UInt8] {
        // Texts and numbers: nothing that could not be encoded.
        (try? BinaryCoder(trust: .none).encode(self)) ?? []
    }

    /// What the host asks its own pool for.
    func request(backend: String) -> BackendRequest {
        var parameters: [BackendParameter] = [.workerTrust(.none)]
        if !self.environment.isEmpty { parameters.append(.environment(self.environment)) }
        if let count = self.maxTasksPerWorker { parameters.append(.maxTasksPerWorker(count)) }
        if let byteCount = self.maxWorkerMemory { parameters.append(.maxWorkerMemory(byteCount)) }
        if let timeout = self.idleWorkerTimeout {
            parameters.append(.idleWorkerTimeout(.nanoseconds(Int64(clamping: timeout))))
        }
        if !self.initializer.isEmpty { parameters.append(.initializer(payload: self.initializer)) }
        return BackendRequest(name: backend, parameters: parameters, innerMaxNumThreads: self.innerMaxNumThreads)
    }
}
