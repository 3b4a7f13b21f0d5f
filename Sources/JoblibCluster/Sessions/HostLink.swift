// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A connection to a host, as the coordinator's side uses it; all on the coordinator's executor.
package protocol HostLink: AnyObject, Sendable {
    /// Sends a message, behind those that were sent before.
    func send(_ message: HostMessage)

    /// Sends an array in pieces, behind what was sent before, as fast as the connection takes them and not before; what is left of one
    /// that becomes obsolete is not sent.
    func send(_ array: HostArray)

    /// Tells the host why, as far as that goes, and ends the connection; nothing is told of it any more.
    func disconnect(_ reason: String)

    /// Whether what comes is read; where it is not, the host has to wait.
    func setReading(_ isReading: Bool)

    /// What has gone over it so far.
    var traffic: LinkTraffic { get }
}

extension HostLink {
    /// Nothing: a link that has no network.
    package var traffic: LinkTraffic { LinkTraffic() }
}

/// How many bytes a connection has had.
package struct LinkTraffic: Equatable, Sendable {
    package var sent: UInt64 = 0
    package var received: UInt64 = 0

    package init() {}
}

/// What runs a coordinator: one thing at a time, in the order in which it was asked for.
package protocol ClusterExecutor: AnyObject, Sendable {
    /// Runs a closure soon; called by any thread.
    func execute(_ body: @escaping @Sendable () -> Void)

    /// Runs a closure at a time, in nanoseconds of the monotonic clock; called on the executor.
    ///
    /// - Returns: What has it not run after all.
    func schedule(at time: UInt64, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void
}
