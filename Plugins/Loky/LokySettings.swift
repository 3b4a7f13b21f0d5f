// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibSharedMemory
import JoblibWorkers

/// What a call asks of spawned workers.
struct LokySettings: Sendable {
    static let names = WorkerParameters.names.union(WorkerParameters.namesOfStarted)
        .union([WorkerParameters.workerTrustName])

    let workers: WorkerParameters

    /// For how long a worker that has nothing to do stays, in nanoseconds.
    let idleWorkerTimeout: UInt64

    /// How many bytes an array has at most that is sent to each task; `nil`: any number.
    let maxNBytes: Int?

    /// Where large arrays become files; `nil`: nowhere, they are in memory.
    let tempFolder: String?

    /// How workers are to have shared arrays; `nil`: as these were made.
    let mmapMode: MmapMode?

    /// How far workers trust the bytes of tasks.
    let trust: WorkerTrust

    private let initializer: [UInt8]
    private let innerThreads: Int?
    private let processors = cpuCount()

    init(_ request: BackendRequest) throws {
        self.workers = try WorkerParameters(request)
        self.trust = try request.parameter(WorkerParameters.workerTrustName) ?? .sameHost
        self.idleWorkerTimeout = (self.workers.idleWorkerTimeout ?? .seconds(300)).clampedNanoseconds
        self.initializer = try self.workers.initializerPayload(self.trust.taskCoder) ?? []
        self.innerThreads = request.innerMaxNumThreads
        self.maxNBytes = request.maxNBytes
        self.mmapMode = request.mmapMode
        self.tempFolder =
            request.tempFolder ?? ProcessEnvironment.value("JOBLIB_TEMP_FOLDER").flatMap { $0.isEmpty ? nil : $0 }
        // One that cannot be used is found out now, and not when there is a large array.
        if let folder = self.tempFolder { _ = try SharedArray<UInt8>(zeros: 1, tempFolder: folder) }
    }

    /// What a worker of a call with so many workers has to be started with.
    func key(workers: Int) -> WorkerKey {
        WorkerKey(
            environment: self.workers.environment,
            initializer: self.initializer,
            innerThreads: self.innerThreads ?? max(1, self.processors / max(1, workers)),
            overridesInnerThreads: self.innerThreads != nil,
            maxTasks: self.workers.maxTasksPerWorker ?? 0,
            maxMemory: self.workers.maxWorkerMemory ?? 0,
            trust: self.trust
        )
    }
}

/// What a worker was started with: a call takes no other workers than those that were started with what it asks for.
struct WorkerKey: Hashable, Sendable {
    // What the libraries of numerical work read when they are loaded, each its own; joblib's list.
    private static let threadVariables = [
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
        "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    ]

    let environment: [String: String]
    let initializer: [UInt8]
    let innerThreads: Int
    let overridesInnerThreads: Bool
    let maxTasks: Int
    let maxMemory: Int
    let trust: WorkerTrust

    /// The variables that are added to those of this process.
    var variables: [String: String] {
        var variables: [String: String] = [:]
        for name in Self.threadVariables where self.overridesInnerThreads || ProcessEnvironment.value(name) == nil {
            variables[name] = "\(self.innerThreads)"
        }
        // Large arrays in large pages, and in those of the last one: touching memory for the first time takes longer than most of what is
        // done with it.
        if ProcessEnvironment.value("GLIBC_TUNABLES") == nil { variables["GLIBC_TUNABLES"] = FreedMemory.tunables }
        // Lets the thread pools of several processes know of each other; TBB's.
        if ProcessEnvironment.value("ENABLE_IPC") == nil { variables["ENABLE_IPC"] = "1" }
        return variables.merging(self.environment) { $1 }
    }
}
