// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibWire

/// An exchange that takes in the large results that workers leave in an arena, each of which is fetched once.
package protocol ArenaResults: ArrayExchange {
    /// The arena; `nil` where there never was a worker.
    var results: SharedArena? { get }
}

/// Where no worker was ever started there is no result of one.
private struct NoWorkers: Error {}

extension ArenaResults {
    /// Whether a worker may have left an array there.
    package func holds(_ reference: ArrayReference) -> Bool { self.results?.holds(reference) ?? false }

    /// Fetches a result.
    ///
    /// - Throws: `SystemError` when it is not there.
    package func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard let arena = self.results else { throw NoWorkers() }
        unsafe try arena.read(reference, into: buffer)
    }

    /// Nothing: each result is fetched once.
    package func kept(_ reference: ArrayReference) -> Any? { nil }

    /// Nothing.
    package func keep(_ array: Any, _ reference: ArrayReference) {}
}
