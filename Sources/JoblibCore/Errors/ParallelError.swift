// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A call that was wrong, or a system that could not carry it out.
///
/// What a task did is a ``TaskFailure`` instead. The same codes appear on every backend.
public struct ParallelError: Error, Sendable, CustomStringConvertible {
    /// What kind of fault it is; new codes may appear in later versions.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, such as `"unknownBackend"`.
        public let description: String

        /// Makes a code, for backends that need one of their own.
        public init(_ name: String) {
            self.description = name
        }
    }

    /// What kind of fault it is.
    public let code: Code

    /// What was wrong, with the value and the remedy.
    public let detail: String

    /// How many tasks had finished when the call was cancelled; `nil` for other codes.
    public private(set) var completedTasks: Int?

    /// What a backend or its factory threw.
    public private(set) var underlyingError: (any Error)?

    private var partialResults: (any Sendable)?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of fault.
    ///   - detail: The value that was wrong and what to do instead, for a person.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// The code and the detail in one line.
    public var description: String { "\(self.code): \(self.detail)" }

    /// Returns the outputs of the tasks that had finished when the call was cancelled, with their indices, in order.
    ///
    /// Empty for other codes, for another type than the call's, and for `map` and its relatives, whose results need
    /// not be `Sendable` and so cannot travel in an error.
    public func completedResults<Output: Sendable>(of type: Output.Type = Output.self) -> [(index: Int, output: Output)]
    {
        (self.partialResults as? CompletedResults<Output>)?.all ?? []
    }

    func completed(_ count: Int) -> ParallelError {
        var error = self
        error.completedTasks = count
        return error
    }

    @usableFromInline
    func completed<Output: Sendable>(_ results: [(index: Int, output: Output)]) -> ParallelError {
        var error = self.completed(results.count)
        error.partialResults = CompletedResults(all: results)
        return error
    }
}

extension ParallelError {
    /// Makes an error that names the backend from whatever its code threw.
    ///
    /// - Parameters:
    ///   - error: What was thrown; the code of a ``ParallelError`` stays.
    ///   - code: The code otherwise.
    ///   - backendName: The backend.
    ///   - what: What it did, such as `"could not be opened"`.
    /// - Returns: The error to throw.
    static func wrapping(
        _ error: any Error,
        as code: Code,
        _ backendName: String,
        _ what: String
    ) -> ParallelError {
        let cause = error as? ParallelError
        if let cause, cause.detail.hasPrefix(backendName) { return cause }
        var wrapper = ParallelError(cause?.code ?? code, "\(backendName) \(what): \(cause?.detail ?? "\(error)")")
        wrapper.underlyingError = error
        return wrapper
    }

    /// What a nested loop throws when the loop around it has stopped.
    @usableFromInline
    static var outerLoopEnded: ParallelError {
        ParallelError(.cancelled, "the loop around this one has ended")
    }
}

private struct CompletedResults<Output: Sendable>: Sendable {
    let all: [(index: Int, output: Output)]
}

extension ParallelError.Code {
    /// No backend is registered under the name; the detail lists those that are.
    public static let unknownBackend = Self("unknownBackend")

    /// `nJobs` is no number of jobs.
    public static let invalidNJobs = Self("invalidNJobs")

    /// `preDispatch` is no number of batches.
    public static let invalidPreDispatch = Self("invalidPreDispatch")

    /// `batchSize` is no number of tasks.
    public static let invalidBatchSize = Self("invalidBatchSize")

    /// `maxNBytes` is no size.
    public static let invalidByteCount = Self("invalidByteCount")

    /// `mmapMode` is no mode.
    public static let invalidMmapMode = Self("invalidMmapMode")

    /// Another argument has a value that means nothing.
    public static let invalidArgument = Self("invalidArgument")

    /// `prefer` and `require` contradict each other.
    public static let inconsistentHints = Self("inconsistentHints")

    /// `require: .sharedmem` meets a backend, chosen explicitly, whose workers share no memory with the caller.
    public static let sharedMemoryRequired = Self("sharedMemoryRequired")

    /// The backend cannot honour an option that was given explicitly.
    public static let unsupportedOption = Self("unsupportedOption")

    /// The backend's workers share no memory with the caller, and the task is a closure, which cannot leave it.
    public static let taskNotPortable = Self("taskNotPortable")

    /// The backend returns results from another process, and the task's result type has no way to get there.
    public static let resultNotCodable = Self("resultNotCodable")

    /// The backend has no worker to offer.
    public static let noWorkers = Self("noWorkers")

    /// The backend could not be started.
    public static let startupFailed = Self("startupFailed")

    /// The backend's workers failed while the call ran.
    ///
    /// A batch was refused, lost, or completed twice; or its processes do nothing but die, which are 32 in a row within ten
    /// seconds of which none has ended a task. `completedResults(of:)` has what was done.
    public static let poolUnhealthy = Self("poolUnhealthy")

    /// The backend began no batch that it was handed within the call's `stallTimeout`.
    public static let stalled = Self("stalled")

    /// The system has no thread, process, descriptor or memory left to give.
    public static let resourceExhausted = Self("resourceExhausted")

    /// Whoever is at the other end of a connection does not belong to the cluster, or is another build of the program.
    public static let handshakeRejected = Self("handshakeRejected")

    /// A cluster's token, or a certificate in its place, is missing, malformed, or where others can read it.
    public static let invalidToken = Self("invalidToken")

    /// What is said would travel where others could read or change it.
    public static let insecureTransport = Self("insecureTransport")

    /// The call was cancelled by `cancellingOnInterrupt`, or because the loop around it ended.
    public static let cancelled = Self("cancelled")
}
