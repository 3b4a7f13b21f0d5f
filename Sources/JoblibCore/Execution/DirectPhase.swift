// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Who may do what with a stream whose consumer runs the tasks, in one word: a phase and an index of the input.
struct DirectPhase: Equatable {
    enum Kind: UInt64 {
        /// Workers run the tasks.
        case off

        /// Workers claim nothing more, and the consumer will begin once they are done.
        case reserved

        /// Somebody is changing the phase, and alone may touch what belongs to it.
        case changing

        /// The consumer is not there; the index is that of the task it will run next.
        case idle

        /// The consumer is in the task of the index.
        case running

        /// It still is, and workers run the tasks after it.
        case handedOver
    }

    let word: UInt64

    init(word: UInt64) { self.word = word }

    init(_ kind: Kind, _ index: Int = 0) { self.word = UInt64(index) << 3 | kind.rawValue }

    var kind: Kind { Kind(rawValue: self.word & 7)! }

    var index: Int { Int(self.word >> 3) }
}
