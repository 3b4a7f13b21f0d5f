// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What `wc` counts, of one file or of many.
package struct Count: Codable, Hashable, Sendable {
    /// The number of newline characters.
    package var lines = 0

    /// The number of sequences of characters between white space.
    package var words = 0

    /// The number of bytes.
    package var bytes = 0

    static func += (total: inout Count, part: Count) {
        total.lines += part.lines
        total.words += part.words
        total.bytes += part.bytes
    }
}
