// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which backend a loop runs on: a registered name, or a backend itself.
public struct BackendSelection: Sendable, ExpressibleByStringLiteral {
    enum Kind: Sendable {
        case name(String)
        case instance(any ParallelBackend)
    }

    let kind: Kind

    private init(_ kind: Kind) {
        self.kind = kind
    }

    /// The backend registered under a name, looked up when a call needs it.
    public static func named(_ name: String) -> BackendSelection {
        BackendSelection(.name(name))
    }

    /// A backend that is used as it is, registered or not.
    public static func instance(_ backend: any ParallelBackend) -> BackendSelection {
        BackendSelection(.instance(backend))
    }

    /// The backend registered under the literal's name.
    public init(stringLiteral name: String) {
        self.init(.name(name))
    }
}

extension BackendSelection {
    /// The backend that runs every task in the calling thread, in order: for debugging.
    public static let sequential: BackendSelection = "sequential"
}
