// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Something that does a piece of work, timed a sample at a time.
package struct Contender: Sendable {
    package struct Setup: Sendable {
        package let workers: Int
        package let count: Int
    }

    /// Gets ready, and returns what takes one sample: the seconds of one unit of work.
    package enum Preparation: Sendable {
        /// On a thread that is neither the main one nor an actor's.
        case onThread(@Sendable (Setup) throws -> () throws -> Double)

        case onMainThread(@Sendable (Setup) throws -> () throws -> Double)

        case inTask(@Sendable (Setup) async throws -> () async throws -> Double)
    }

    package let work: String
    package let name: String
    package let prepare: Preparation

    package init(_ work: String, _ name: String, _ prepare: Preparation) {
        self.work = work
        self.name = name
        self.prepare = prepare
    }
}

/// A result that is not what it must be: an error, whatever time it took.
package struct WrongResult: Error, CustomStringConvertible {
    package let description: String

    package init(_ what: String) { self.description = "a wrong result: \(what)" }
}

package func require(_ condition: Bool, _ what: String) throws {
    if !condition { throw WrongResult(what) }
}
