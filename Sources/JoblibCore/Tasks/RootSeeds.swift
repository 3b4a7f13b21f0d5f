// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// The root seeds of calls that were given none: unpredictable for each process, without asking the system for each call.
final class RootSeeds: Sendable {
    private static let perProcess = PerProcess { RootSeeds() }

    private let generator = Philox4x32(seed: .random(in: .min ... .max))

    // Relaxed: each number is given out once, which is all there is to it.
    private let count = Atomic<UInt64>(0)

    /// A seed for one call of this process; a forked copy of it has others.
    static func next() -> UInt64 {
        let seeds = self.perProcess.object
        let number = seeds.count.wrappingAdd(1, ordering: .relaxed).oldValue
        let low = UInt32(truncatingIfNeeded: number)
        let words = seeds.generator.block(at: Philox4x32.Words(low, UInt32(truncatingIfNeeded: number >> 32), 0, 0))
        return UInt64(words[0]) | UInt64(words[1]) << 32
    }
}
