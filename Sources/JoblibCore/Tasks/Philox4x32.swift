// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A counter-based random number generator: 128 bits in, 128 bits out, no state.
///
/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC11). Any block can be
/// computed on its own, so tasks need no generator handed from one to the next, and the result passes BigCrush.
struct Philox4x32: Sendable, Hashable {
    /// Four 32-bit words, least significant first.
    typealias Words = SIMD4<UInt32>

    private let key: SIMD2<UInt32>

    /// Creates the generator of a seed, which is its key.
    init(seed: UInt64) {
        self.init(key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    }

    /// Creates the generator of one key.
    ///
    /// - Parameter key: Two 32-bit words, least significant first.
    init(key: SIMD2<UInt32>) {
        self.key = key
    }

    /// Returns the block that belongs to a counter.
    ///
    /// - Parameter counter: Any four words; equal counters give equal blocks.
    /// - Returns: Four uniform words.
    func block(at counter: Words) -> Words {
        var words = counter
        var key = self.key
        for round in 0..<10 {
            if round > 0 {
                key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
            }
            let first = words[0].multipliedFullWidth(by: 0xD251_1F53)
            let second = words[2].multipliedFullWidth(by: 0xCD9E_8D57)
            words = Words(
                second.high ^ words[1] ^ key[0],
                second.low,
                first.high ^ words[3] ^ key[1],
                first.low
            )
        }
        return words
    }
}
