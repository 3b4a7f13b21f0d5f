// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Who is told what happens in a loop.
///
/// All of them are told on threads that run no task, and no task waits for them. When a call returns they have been told of
/// everything, unless what is left for one is expected to take more than a fifth of a second, and after a second at the
/// latest; what is printed is waited for while the stream takes it.
public struct ProgressDisplay: Sendable {
    enum Kind: Sendable {
        case bar
        case lines
        case observer(EventDelivery<ParallelEvent>)
    }

    let kind: Kind

    /// A bar on the standard error: tasks done and in all, rate, time left, workers, failures and retries.
    ///
    /// On a terminal it is drawn anew ten times a second, a line for each loop at work, and its last state stays. Where the
    /// standard error is no terminal, or one of `CI`, `NO_COLOR` and `TERM=dumb` is set, it is ``lines``. A loop inside of
    /// another one's task has no bar unless it, or a scope inside of the task, asks for one.
    public static let bar = ProgressDisplay(kind: .bar)

    /// A plain line on the standard error every 10 seconds, and one at the end.
    ///
    /// Of calls that take less than 10 seconds, one in 10 seconds has a line.
    public static let lines = ProgressDisplay(kind: .lines)

    /// A closure that gets every event, in order and one at a time, also when several loops tell it theirs at once.
    ///
    /// It is called on a thread that runs no task, outside of every lock and of every `parallelConfig` scope; it may block,
    /// and may run a loop itself. Events that it has not come to are kept, some 80 bytes each. Given to a scope, it gets
    /// the events of loops inside of tasks as well; `call` tells them apart.
    ///
    /// - Parameter receive: What gets the events.
    /// - Returns: An observer; what is made by one call of this function is one observer.
    public static func observer(_ receive: @escaping @Sendable (ParallelEvent) -> Void) -> ProgressDisplay {
        ProgressDisplay(kind: .observer(EventDelivery(receive)))
    }
}
