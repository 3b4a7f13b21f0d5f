// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which files of a cache are removed, so that another one has room: those that were not used for longest.
package struct CacheEviction: Equatable, Sendable {
    /// A file of the cache.
    package struct Entry: Equatable, Sendable {
        package var name: String
        package var byteCount: UInt64

        /// When it was last used; any clock.
        package var lastUse: Int64

        package init(name: String, byteCount: UInt64, lastUse: Int64) {
            self.name = name
            self.byteCount = byteCount
            self.lastUse = lastUse
        }
    }

    /// The names of the files to remove, in order.
    package let removed: [String]

    /// Decides.
    ///
    /// - Parameters:
    ///   - entries: What there is.
    ///   - byteCount: What is to have room, at most the limit.
    ///   - limit: How many bytes there may be in all.
    package init(_ entries: [Entry], makingRoomFor byteCount: UInt64, limit: UInt64) {
        var total = entries.reduce(UInt64(0)) { $0.addingReportingOverflow($1.byteCount).partialValue }
        var removed: [String] = []
        for entry in entries.sorted(by: { ($0.lastUse, $0.name) < ($1.lastUse, $1.name) }) {
            guard total > limit - min(byteCount, limit) else { break }
            removed.append(entry.name)
            total -= entry.byteCount
        }
        self.removed = removed
    }
}
