// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What is to be sent while nothing else of its call is with workers: the decisions.
///
/// A task whose worker the kernel has ended for want of memory may find what it needs when it has no neighbours.
struct LoneWork<Work: Sendable>: Sendable {
    enum Step {
        /// It may be sent, and nothing with it.
        case send(Work)

        /// Nothing may be sent before something has come back.
        case wait

        /// Anything else may be sent.
        case go
    }

    private var waiting: [Work] = []

    /// Whether the last that was sent is alone.
    private var isOut = false

    var isEmpty: Bool { self.waiting.isEmpty }

    mutating func add(_ work: Work) { self.waiting.append(work) }

    /// Decides what may be sent.
    ///
    /// - Parameter isIdle: Whether nothing is with workers.
    /// - Returns: What to do.
    mutating func next(isIdle: Bool) -> Step {
        if self.isOut, !isIdle { return .wait }
        self.isOut = false
        guard !self.waiting.isEmpty else { return .go }
        guard isIdle else { return .wait }
        self.isOut = true
        return .send(self.waiting.removeFirst())
    }
}
