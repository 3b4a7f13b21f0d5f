// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore
import JoblibPOSIX
import JoblibWorkers

/// What a call asks of its forked workers.
struct MultiprocessingSettings: Sendable {
    static let names = WorkerParameters.names.union([BackendParameter.startMethodName])

    let workers: WorkerParameters

    init(_ request: BackendRequest) throws {
        try WorkerParameters.refuseWhereForbidden()
        self.workers = try WorkerParameters(request)
        let parameter: StartMethod? = try request.parameter(BackendParameter.startMethodName)
        let variable = ProcessEnvironment.value(StartMethod.variable)
            .flatMap { $0.isEmpty ? nil : StartMethod(rawValue: $0) }
        if let parameter {
            try parameter.validate()
        } else {
            try Self.validate(variable)
        }
    }

    private static func validate(_ variable: StartMethod?) throws(ParallelError) {
        do {
            try variable?.validate()
        } catch {
            // No mistake of the call's: who only prefers processes gets threads.
            throw ParallelError(.startupFailed, "\(StartMethod.variable): \(error.detail)")
        }
    }
}

/// How a worker comes into being.
public struct StartMethod: Sendable, Hashable, RawRepresentable, ExpressibleByStringLiteral {
    static let variable = "JOBLIB_START_METHOD"

    /// The name, as Python's `multiprocessing` has it.
    public let rawValue: String

    /// Makes a method of a name, which is looked at when a call needs it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Makes a method of a name, which is looked at when a call needs it.
    public init(stringLiteral name: String) {
        self.init(rawValue: name)
    }

    /// A copy of the process, with all closures.
    public static let fork: StartMethod = "fork"

    func validate() throws(ParallelError) {
        switch self.rawValue {
        case "fork": return
        case "spawn":
            throw ParallelError(
                .unsupportedOption,
                "start method 'spawn' starts the program anew, where no closure of this one is; choose 'fork'"
            )
        case "forkserver":
            throw ParallelError(
                .unsupportedOption,
                "start method 'forkserver' forks from a process that has none of this one's closures; choose 'fork'"
            )
        default:
            throw ParallelError(.invalidArgument, "'\(self.rawValue)' is no start method; write 'fork'")
        }
    }
}

extension BackendParameter {
    static let startMethodName = "startMethod"

    /// How workers come into being, before `JOBLIB_START_METHOD`; `"fork"` is the one there is.
    public static func startMethod(_ method: StartMethod) -> BackendParameter {
        BackendParameter(name: self.startMethodName, value: method)
    }
}
