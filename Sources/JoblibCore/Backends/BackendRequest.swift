// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a backend's factory is asked for.
///
/// A value, so that more can be asked later without breaking factories.
public struct BackendRequest: Sendable {
    /// The name under which the backend was looked up.
    public let name: String

    /// The parameters given for it; the core has refused every name that its capabilities do not declare.
    public let parameters: [BackendParameter]

    /// How many threads libraries inside a worker may use, from 1; `nil`: the backend's own rule.
    public let innerMaxNumThreads: Int?

    /// How many bytes an array has at most that each task is sent a copy of, from 0; `nil`: any number.
    ///
    /// joblib's `max_nbytes`; `nil` also where `mmapMode` is `.disabled`.
    public var maxNBytes: Int? = 1 << 20

    /// The folder that the call, or its scope, names for the files of large arrays; joblib's `temp_folder`.
    public var tempFolder: String?

    /// How tasks are to have shared arrays that were made for writing, where the call asks for that; joblib's `mmap_mode`.
    public var mmapMode: MmapMode?

    /// Makes a request; the core does it for calls, a test for a factory.
    public init(name: String, parameters: [BackendParameter] = [], innerMaxNumThreads: Int? = nil) {
        self.name = name
        self.parameters = parameters
        self.innerMaxNumThreads = innerMaxNumThreads
    }

    /// Returns the value of a parameter.
    ///
    /// - Throws: ``ParallelError`` `.invalidArgument` when the value given is of another type.
    /// - Returns: The value given last under the name; `nil` when there is none.
    public func parameter<Value>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let parameter = self.parameters.last(where: { $0.name == name }) else { return nil }
        guard let value = parameter.value as? Value else {
            throw ParallelError(
                .invalidArgument,
                "parameter '\(name)' of backend '\(self.name)' is \(parameter.value); a value of type \(type) is needed"
            )
        }
        return value
    }
}
