// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Runs a closure inside of which every ``Parallel`` that is made takes these settings for those it leaves unset.
///
/// Scopes nest, the inner one wins setting by setting, and an argument of `Parallel` wins over every scope. The scope
/// is task-local: child tasks inherit it, detached tasks and threads of your own do not. joblib's `parallel_config`.
///
/// Nothing is checked here: what is wrong is thrown by the first call that uses it.
///
/// - Parameters:
///   - backend: Where loops run: `"threading"`, `.named(name)`, `.instance(backend)`.
///   - nJobs: How many tasks run at once; -1 is every CPU, -2 all but one; 0 is an error.
///   - verbose: Prints joblib's lines, for the outermost loops; 0 is none. From 10 on, failures say where they were thrown;
///     above 10, lines that tasks print in other processes begin with the task.
///   - progress: Shows how far the outermost loops are, or tells an observer what happens in all of them.
///   - tempFolder: Where process backends make files of large arrays, and `SharedArray` its file, instead of memory.
///   - maxNBytes: Process backends share an array that has more bytes than this, instead of copying it.
///   - mmapMode: How workers map shared arrays.
///   - prefer: A hint: `.threads` or `.processes`.
///   - require: A constraint: `.sharedmem`.
///   - innerMaxNumThreads: How many threads libraries inside a worker may use; ignored by backends that cannot set it.
///   - seed: The root seed of every call.
///   - stallTimeout: How long a backend may keep a batch before it begins to run it; unset, for ever.
///   - backendParams: Settings of the chosen backend.
///   - body: What runs inside of the scope.
/// - Returns: What the closure returns.
/// - Throws: What the closure throws, and nothing else.
public func parallelConfig<T>(
    backend: BackendSelection? = nil,
    nJobs: Int? = nil,
    verbose: Int? = nil,
    progress: ProgressDisplay? = nil,
    tempFolder: String? = nil,
    maxNBytes: ByteCount? = nil,
    mmapMode: MmapMode? = nil,
    prefer: BackendPreference? = nil,
    require: BackendRequirement? = nil,
    innerMaxNumThreads: Int? = nil,
    seed: UInt64? = nil,
    stallTimeout: Duration? = nil,
    backendParams: [BackendParameter] = [],
    _ body: () throws -> T
) rethrows -> T {
    var config = ParallelConfig(
        backend: backend,
        nJobs: nJobs,
        verbose: verbose,
        progress: progress,
        tempFolder: tempFolder,
        maxNBytes: maxNBytes,
        mmapMode: mmapMode,
        prefer: prefer,
        require: require,
        innerMaxNumThreads: innerMaxNumThreads,
        seed: seed,
        stallTimeout: stallTimeout,
        backendParams: backendParams
    )
    config.noteDepth()
    return try ConfigScope.$current.withValue(ConfigScope(config.overlaying(.current))) { try body() }
}

/// Runs an asynchronous closure inside of a scope; see the synchronous twin.
///
/// The closure stays on its caller's executor.
public func parallelConfig<T>(
    backend: BackendSelection? = nil,
    nJobs: Int? = nil,
    verbose: Int? = nil,
    progress: ProgressDisplay? = nil,
    tempFolder: String? = nil,
    maxNBytes: ByteCount? = nil,
    mmapMode: MmapMode? = nil,
    prefer: BackendPreference? = nil,
    require: BackendRequirement? = nil,
    innerMaxNumThreads: Int? = nil,
    seed: UInt64? = nil,
    stallTimeout: Duration? = nil,
    backendParams: [BackendParameter] = [],
    _ body: () async throws -> T
) async rethrows -> T {
    var config = ParallelConfig(
        backend: backend,
        nJobs: nJobs,
        verbose: verbose,
        progress: progress,
        tempFolder: tempFolder,
        maxNBytes: maxNBytes,
        mmapMode: mmapMode,
        prefer: prefer,
        require: require,
        innerMaxNumThreads: innerMaxNumThreads,
        seed: seed,
        stallTimeout: stallTimeout,
        backendParams: backendParams
    )
    config.noteDepth()
    return try await ConfigScope.$current.withValue(ConfigScope(config.overlaying(.current))) { try await body() }
}
