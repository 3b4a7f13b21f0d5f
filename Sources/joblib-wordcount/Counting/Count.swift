// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What `wc` counts, of one file or of many.
struct Count: Codable, Hashable, Sendable {
    /// The number of newline characters.
    var lines = 0

    /// The number of sequences of characters between white space.
    var words = 0

    /// The number of bytes.
    var bytes = 0

    static func += (total: inout Count, part: Count) {
        total.lines += part.lines
        total.words += part.words
        total.bytes += part.bytes
    }
}
