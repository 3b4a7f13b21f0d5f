// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A setting that only some backends have, by name.
///
/// Backend modules add static functions that make theirs, and declare in
/// ``BackendCapabilities/parameters`` which names they take; a name that the backend in use does not take is refused.
public struct BackendParameter: Sendable {
    /// The name, such as `"pinWorkers"`.
    public let name: String

    /// The value; its type is the business of the backend that takes it.
    public let value: any Sendable

    /// Makes a parameter.
    public init(name: String, value: any Sendable) {
        self.name = name
        self.value = value
    }
}
