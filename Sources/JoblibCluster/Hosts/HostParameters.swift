// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
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
    package static let names = WorkerParameters.names.union(WorkerParameters.namesOfStarted)

    /// Reads the parameters of a request.
    ///
    /// - Throws: `ParallelError` for a value that means nothing, or an initializer that cannot be sent.
    package init(_ request: BackendRequest) throws {
        let workers = try WorkerParameters(request)
        self.innerMaxNumThreads = request.innerMaxNumThreads
        self.environment = workers.environment
        self.maxTasksPerWorker = workers.maxTasksPerWorker
        self.maxWorkerMemory = workers.maxWorkerMemory
        self.idleWorkerTimeout = workers.idleWorkerTimeout?.clampedNanoseconds
        self.initializer = try workers.initializerPayload(WorkerTrust.none.taskCoder) ?? []
        try self.refuseVariables()
    }

    /// Reads what a host is sent.
    ///
    /// - Throws: `DecodingError`; `ParallelError` for a variable that is not another host's to set.
    package init(encoded bytes: [UInt8]) throws {
        self = try BinaryCoder(trust: .none).decode(Self.self, from: bytes)
        try self.refuseVariables()
    }

    /// The variables, and how the names of others begin, by which a program is made to run other code than its own, or to be something
    /// else: those of the loader, the runtimes and shells, and this package's.
    private static let refusedNames: Set<String> = [
        "PATH", "ENV", "IFS", "LOCPATH", "NLSPATH", "HOSTALIASES", "TZDIR", "GCONV_PATH",
    ]
    private static let refusedPrefixes = [
        "LD_", "DYLD_", "GLIBC_", "MALLOC_", "SWIFT_", "JOBLIB_", "BASH_", "PYTHON", "PERL", "RUBY", "NODE_", "JAVA_",
        "JDK_",
        "OPENSSL_", "RESOLV_",
    ]

    /// Refuses variables that would have a host run what is not in its program: only whoever starts it may set them.
    private func refuseVariables() throws(ParallelError) {
        let refused = self.environment.keys.sorted()
            .first { name in
                Self.refusedNames.contains(name) || Self.refusedPrefixes.contains { name.hasPrefix($0) }
            }
        guard let refused else { return }
        throw ParallelError(
            .invalidArgument,
            "environment: '\(refused)' cannot be set from another host; set it where the host is started"
        )
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
        if let byteCount = self.maxWorkerMemory { parameters.append(.maxWorkerMemory(ByteCount(byteCount))) }
        if let timeout = self.idleWorkerTimeout {
            parameters.append(.idleWorkerTimeout(.nanoseconds(Int64(clamping: timeout))))
        }
        if !self.initializer.isEmpty { parameters.append(.initializer(payload: self.initializer)) }
        return BackendRequest(name: backend, parameters: parameters, innerMaxNumThreads: self.innerMaxNumThreads)
    }
}
