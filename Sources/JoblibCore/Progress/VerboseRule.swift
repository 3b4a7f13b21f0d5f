// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which of its tasks a call with `verbose` prints a line for; joblib's rule.
///
/// joblib decides by what it has dispatched, which for one task at a time is a function of what has ended: the first
/// `preDispatch` tasks at once, and one more for each that ends. So it is computed here, and the lines are the same
/// however the tasks come to the workers.
struct VerboseRule: Sendable {
    /// From 1 up; above 10 every task.
    let verbosity: Int

    /// Tasks dispatched before the first has ended; 0: all of them.
    let preDispatch: Int

    /// Whether the tasks run one after the other in the calling thread.
    let isSequential: Bool

    /// What to print when so many tasks have ended.
    enum Line: Equatable, Sendable {
        /// How many, and of how many where that is known.
        case ended

        /// The same, and how long the rest will take.
        case remaining
    }

    /// Decides about the line after a task.
    ///
    /// - Parameters:
    ///   - ended: How many tasks have ended, from 1.
    ///   - total: How many there are, if that is known.
    ///   - dispatched: How many have been dispatched so far.
    /// - Returns: The line, or none.
    func line(after ended: Int, of total: Int?, dispatched: Int) -> Line? {
        if self.isSequential { return self.isSkipped(dispatched: ended) ? nil : .ended }
        // The last line is another one.
        if ended == total { return nil }
        if self.isDispatching(after: ended, of: total) {
            let dispatched = self.preDispatch + ended - 1
            return self.isSkipped(dispatched: min(dispatched, total ?? dispatched)) ? nil : .ended
        }
        let total = total ?? dispatched
        let cursor = total - ended + 1 - self.preDispatch
        let frequency = total / self.verbosity + 1
        // Of the last but one there is never a line.
        return ended + 1 == total || cursor % frequency != 0 ? nil : .remaining
    }

    /// Whether joblib, having seen so many tasks end, would not know yet that none is left to dispatch.
    private func isDispatching(after ended: Int, of total: Int?) -> Bool {
        guard self.preDispatch > 0 else { return false }
        guard let total else { return true }
        return ended <= max(total - self.preDispatch + 1, 1)
    }

    /// Lines become rarer with the square of the number of tasks, the more so the lower the verbosity.
    private func isSkipped(dispatched: Int) -> Bool {
        if self.verbosity > 10 { return false }
        if dispatched == 0 { return true }
        let distance = Double(11 - self.verbosity)
        let scale = 0.5 * distance * distance
        let before = (Double(dispatched) / scale).squareRoot()
        let after = (Double(dispatched + 1) / scale).squareRoot()
        return before.rounded(.towardZero) == after.rounded(.towardZero)
    }
}
