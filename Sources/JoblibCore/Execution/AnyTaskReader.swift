// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The input of a stream, whatever the type of its sequence.
// SAFETY: it has no state; see the subclass.
@usableFromInline
class AnyTaskReader<Output: Sendable>: @unchecked Sendable {
    @usableFromInline
    init() {}

    /// Reads up to `limit` tasks; none at the end.
    func read(_ limit: Int) -> (first: Int, tasks: [Delayed<Output>]) {
        preconditionFailure("a reader must say how it reads")
    }

    /// Reads nothing more, and lets the input go.
    func stop() {
        preconditionFailure("a reader must say how it stops")
    }
}
