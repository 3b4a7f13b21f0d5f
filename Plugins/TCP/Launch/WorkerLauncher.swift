// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

/// What can start this program somewhere else: a scheduler, a shell on another machine, a cluster of containers.
///
/// What it starts dials back and is a host like any other. When to start how many, again after one has ended, and when to stop is decided
/// for all launchers alike; a launcher only does it, one ``LaunchOrder`` at a time. ``CommandLauncher`` is one for whatever a command
/// starts. `.launch(_:)` names one to a call.
///
/// `start` and `stop` are called on one thread, one after the other; events may be told from any.
public protocol WorkerLauncher: Sendable {
    /// How many hosts it can have at once, from 1; `nil`: any number, so that `.launch` has to say how many.
    var capacity: Int? { get }

    /// How many hosts one order may be for, from 1, which it is by default: each is started, ends and is replaced by itself.
    var hostsPerOrder: Int { get }

    /// Whether all hosts begin together or not at all; by default not, so that a call does not wait for the last of them.
    var beginsTogether: Bool { get }

    /// Begins to start the hosts of an order, and returns soon.
    ///
    /// - Parameters:
    ///   - order: What to start.
    ///   - tell: To be told what becomes of it: `.started` or `.failed`, and after `.started` at some time `.ended`, and before that `.remaining`
    ///     where it is known; what is told after the end is ignored.
    /// - Throws: Why that cannot work, such as that there is no such command; the order is over then.
    func start(_ order: LaunchOrder, _ tell: @escaping @Sendable (LaunchEvent) -> Void) throws

    /// Begins to end what an order has started, and returns soon; its last event follows when that is done.
    func stop(_ order: LaunchOrder)

    /// Begins to end one of the hosts that an order has started, which has gone and keeps its place; by default does nothing.
    ///
    /// - Parameters:
    ///   - order: The order, the others of which stay.
    ///   - part: Which one: the number that the launcher has put behind the order's name and a slash in the variable `JOBLIB_WORKER_LABEL`;
    ///     hosts without one are not asked to end.
    func stop(_ order: LaunchOrder, part: Int)

    /// The last that was said of an order's hosts, or by them, for people; by default nothing.
    func lastWords(of order: LaunchOrder) -> String
}

extension WorkerLauncher {
    /// One.
    public var hostsPerOrder: Int { 1 }

    /// Each when there is room for it.
    public var beginsTogether: Bool { false }

    /// Does nothing.
    public func stop(_ order: LaunchOrder, part: Int) {}

    /// Nothing.
    public func lastWords(of order: LaunchOrder) -> String { "" }
}

/// What becomes of an order.
public struct LaunchEvent: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case started
        case remaining(Int)
        case ended(String)
        case failed(String)
    }

    let kind: Kind

    /// It was accepted: its hosts run, or will once the scheduler lets them.
    public static let started = LaunchEvent(kind: .started)

    /// Of its hosts only so many run, or will; the others have ended, and some of them perhaps before they came.
    ///
    /// - Parameter count: From 0.
    /// - Returns: The event.
    public static func remaining(_ count: Int) -> LaunchEvent { LaunchEvent(kind: .remaining(count)) }

    /// Nothing of it runs any more.
    ///
    /// - Parameter how: For people, such as `"'ssh hosta' ended with status 255: no route to host"`.
    /// - Returns: The event.
    public static func ended(_ how: String) -> LaunchEvent { LaunchEvent(kind: .ended(how)) }

    /// It could not be started.
    ///
    /// - Parameter reason: For people, and what to do about it.
    /// - Returns: The event.
    public static func failed(_ reason: String) -> LaunchEvent { LaunchEvent(kind: .failed(reason)) }
}

#endif
