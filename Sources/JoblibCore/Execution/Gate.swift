// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Counts who is inside of a loop, and closes for ever once nobody is and nothing is left to do.
///
/// Whoever finds it closed has come too late and must not touch the loop: what the loop worked on may be gone.
struct Gate: ~Copyable {
    enum Departure {
        /// Others are inside, or work is left: nothing to do.
        case open

        /// The last one has left and nobody can enter any more. Exactly one caller gets this answer.
        case completed
    }

    private static let closed: UInt32 = 1 << 31

    // The bit above: closed. The bits below: how many are inside.
    //
    // Acquiring and releasing everywhere: who completes the loop must see all that anybody inside has written.
    private let state = Atomic<UInt32>(0)

    /// Enters, unless the gate is closed.
    func enter() -> Bool {
        var seen = self.state.load(ordering: .relaxed)
        while seen & Self.closed == 0 {
            let (exchanged, original) = self.state.weakCompareExchange(
                expected: seen,
                desired: seen + 1,
                ordering: .acquiringAndReleasing
            )
            if exchanged { return true }
            seen = original
        }
        return false
    }

    /// Leaves; the last one out closes the gate when the loop is over.
    func leave(isOver: () -> Bool) -> Departure {
        let left = self.state.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
        if left == Self.closed { return .completed }
        return left == 0 && isOver() ? self.closeIfEmpty() : .open
    }

    /// Closes the gate whatever is left to do; who is inside may finish.
    func close() -> Departure {
        let old = self.state.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue
        return old == 0 ? .completed : .open
    }

    /// Closes the gate if nobody is inside.
    func closeIfEmpty() -> Departure {
        let exchange = self.state.compareExchange(
            expected: 0,
            desired: Self.closed,
            ordering: .acquiringAndReleasing
        )
        return exchange.exchanged ? .completed : .open
    }

    /// Whether nobody can enter any more.
    var isClosed: Bool { self.state.load(ordering: .relaxed) & Self.closed != 0 }

    /// Whether nobody is inside.
    var isEmpty: Bool { self.state.load(ordering: .acquiring) & ~Self.closed == 0 }

    /// Whether exactly one is inside.
    var hasOneLeft: Bool { self.state.load(ordering: .acquiring) & ~Self.closed == 1 }

    /// Whether the gate is closed and everybody has left.
    var isCompleted: Bool { self.state.load(ordering: .acquiring) == Self.closed }
}
