// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// An error that a task threw in another process, and that is not `Codable`: what is left of it.
public struct RemoteError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The name of the error's type, with its module.
    public let typeName: String

    /// The error as text.
    public let description: String

    /// Makes what is left of an error.
    public init(typeName: String, description: String) {
        self.typeName = typeName
        self.description = description
    }

    /// Makes what is left of an error.
    public init(_ error: any Error) {
        self.init(typeName: String(reflecting: type(of: error)), description: ErrorText.text(error))
    }
}
