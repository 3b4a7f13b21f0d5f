// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Who is told what happens in a loop.
public struct ProgressDisplay: Sendable {
    let sink: EventSink

    /// A closure that gets every event, one at a time, also when several loops tell it theirs at once.
    ///
    /// It is called from the threads that run the tasks, or on one of its own when a task has run out of time, so a slow
    /// one slows the loop; it may run a loop itself.
    public static func observer(_ receive: @escaping @Sendable (ParallelEvent) -> Void) -> ProgressDisplay {
        ProgressDisplay(sink: EventSink(receive))
    }
}
