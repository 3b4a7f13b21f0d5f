// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// A backend as the conformance kit gets it: a type, so that a second process can find it by its name.
///
/// The type must not be private or local: some cases run in a process of their own, a copy of the program, which
/// looks it up.
public protocol BackendUnderTest: Sendable {
    /// The name under which the backend is registered while cases run, such as `"dispatch"`.
    static var name: String { get }

    /// Makes the backend: the factory of its registration.
    ///
    /// - Throws: What the factory of a backend may throw.
    static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend
}

extension BackendUnderTest {
    /// Registers the backend under its name.
    static func register() {
        registerParallelBackend(self.name) { request in try self.makeBackend(request) }
    }

    /// What the registered backend can do.
    ///
    /// - Throws: What the factory throws.
    static func capabilities() throws -> BackendCapabilities {
        try self.makeBackend(BackendRequest(name: self.name)).capabilities
    }
}
