// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a worker process does around each task of a batch, so that its caller knows where it was when it died.
public struct TaskWatch: Sendable {
    /// Called before a task is decoded, with its position in the input; `false` leaves it, and those behind it, undone.
    public var mayBegin: @Sendable (_ index: Int) -> Bool

    /// Called when a task's outcome is encoded, or its failure.
    public var didEnd: @Sendable () -> Void

    /// Returns where the task is that has run out of time, a frame on each line.
    ///
    /// Called just before `overrun`, and shown with the task's failure; `nil` where it cannot be found out.
    public var stack: @Sendable () -> String?

    /// Makes a watch, by default one that does nothing.
    public init(
        mayBegin: @escaping @Sendable (_ index: Int) -> Bool = { _ in true },
        didEnd: @escaping @Sendable () -> Void = {},
        stack: @escaping @Sendable () -> String? = { nil }
    ) {
        self.mayBegin = mayBegin
        self.didEnd = didEnd
        self.stack = stack
    }
}
