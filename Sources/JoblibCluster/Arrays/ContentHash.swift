// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A hash of an array's content, by which those are found that may be equal; whether they are is for a comparison to say.
///
/// Of some of the bytes: a cryptographic hash of all would take as long as to send them several times within a machine, and has nothing to
/// say that the comparison does not, which ends at the first byte that differs.
struct ContentHash: Hashable, Sendable {
    /// How many words are looked at, at most.
    private static let wordCount = 512

    private let byteCount: Int
    private let value: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.byteCount = bytes.count
        var hasher = Hasher()
        let words = bytes.count / 8
        let step = max(1, words / Self.wordCount)
        for word in stride(from: 0, to: words, by: step) {
            hasher.combine(unsafe bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
        }
        for place in max(0, bytes.count - 8)..<bytes.count { hasher.combine(unsafe bytes[place]) }
        self.value = hasher.finalize()
    }
}
