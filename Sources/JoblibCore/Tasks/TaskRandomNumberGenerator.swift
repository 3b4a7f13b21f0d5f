// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The random numbers of one task.
///
/// The numbers follow from the call's seed and the task's index alone: they are the same on a retry, and for every number
/// of jobs, batch size and backend. They are not meant for cryptography.
///
/// A class, so that two readers never get the same number, even on two threads at once; which of the two gets which is
/// then up to the threads. To pass it on as `inout`, write `var generator = …` first: the variable is another name for
/// the same generator, not a copy.
public final class TaskRandomNumberGenerator: RandomNumberGenerator, Sendable {
    // Part of the meaning of a seed, hence fixed for ever:
    //
    //     key      seed (low word, high word)
    //     counter  block number (low word, high word), task index (low word, high word)
    //     draw k   words (0, 1) of block k / 2 when k is even, words (2, 3) when it is odd; low word first
    //
    // The seed of a call that a task makes comes from a block whose number no draw reaches: all ones in the high word.
    private let philox: Philox4x32
    private let index: UInt64
    private let draws = Atomic<UInt64>(0)

    /// Creates the generator of one attempt of one task.
    ///
    /// - Parameters:
    ///   - seed: The call's seed.
    ///   - index: The task's place in the input, from 0.
    init(seed: UInt64, index: Int) {
        self.philox = Philox4x32(seed: seed)
        self.index = UInt64(bitPattern: Int64(index))
    }

    /// Returns the root seed of a call made inside of a task, the `ordinal`-th that the task makes.
    static func nestedSeed(rootSeed: UInt64, index: Int, ordinal: Int) -> UInt64 {
        let index = UInt64(bitPattern: Int64(index))
        let words = Philox4x32(seed: rootSeed)
            .block(
                at: SIMD4(
                    UInt32(truncatingIfNeeded: ordinal),
                    .max,
                    UInt32(truncatingIfNeeded: index),
                    UInt32(truncatingIfNeeded: index >> 32)
                )
            )
        return UInt64(words[0]) | UInt64(words[1]) << 32
    }

    /// Returns the next number; every value is equally likely.
    public func next() -> UInt64 {
        // Relaxed: a draw's number is all that two threads have to agree on, nothing else is published with it.
        let draw = self.draws.wrappingAdd(1, ordering: .relaxed).oldValue
        let number = draw / 2
        let block = self.philox.block(
            at: SIMD4(
                UInt32(truncatingIfNeeded: number),
                UInt32(truncatingIfNeeded: number >> 32),
                UInt32(truncatingIfNeeded: self.index),
                UInt32(truncatingIfNeeded: self.index >> 32)
            )
        )
        let half = draw.isMultiple(of: 2) ? block.lowHalf : block.highHalf
        return UInt64(half[0]) | UInt64(half[1]) << 32
    }
}
