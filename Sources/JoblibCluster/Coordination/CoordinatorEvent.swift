// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The number of a connection, which no other connection of the process ever has: a host that comes back has another.
package typealias LinkNumber = UInt64

/// The number of a session of the coordinator's process.
package typealias SessionNumber = UInt64

/// What happens to a coordinator.
///
/// What seldom happens is indirect here and below, and so is what is seldom to be done: a task has four events and four effects,
/// which are to be small.
package enum CoordinatorEvent: Equatable, Sendable {
    // Of hosts.

    /// A host has greeted, and was greeted.
    indirect case joined(LinkNumber, HostDescription)

    /// Bytes have come, whatever they say.
    case heard(LinkNumber)

    /// Nothing that a host says is read at present, so it cannot be heard.
    case unread(LinkNumber)

    /// A host has said something; what is in its answers is none of the coordinator's business.
    case message(LinkNumber, HostReport)

    /// A connection has ended, and why.
    case left(LinkNumber, String)

    // Of sessions.

    /// A session wants so many workers, or all that there are.
    case opened(SessionNumber, SessionWishes)

    /// A session has a batch to be run.
    case submitted(SessionNumber, BatchNumber, call: UInt64)

    /// A call of it is over: its batches are not wanted any more.
    case cancelled(SessionNumber, call: UInt64)

    /// A session is over, and none of its batches is left, or wanted.
    case closed(SessionNumber)

    // Of the clock.

    /// The time has come that was asked for.
    case woken
}

/// What a coordinator knows of a host.
package struct HostDescription: Hashable, Sendable {
    /// Its process, as it has told; the same when it connects again.
    package var processID: [UInt8]

    /// For people, such as `"node7:4711 at 10.0.0.7:50312"`.
    package var name: String

    /// How many workers it may have, from 1.
    package var slots: Int

    package init(processID: [UInt8], name: String, slots: Int) {
        self.processID = processID
        self.name = name
        self.slots = slots
    }
}

/// What a host has said, without what is in it.
package enum HostReport: Equatable, Sendable {
    case answer(BatchNumber)
    case finished(BatchNumber)
    indirect case failed(BatchNumber, BatchFailure)
    indirect case refused(GrantNumber, GrantRefusal)
    case leaving

    /// Something that a host has no business to say.
    case nonsense
}

/// What a session asks for.
package struct SessionWishes: Equatable, Sendable {
    /// How many workers at most, from 1; `nil`: all that there are, also those that come later.
    package var workers: Int?

    /// Whether a task that may have begun may run again elsewhere.
    package var isIdempotent = true

    /// Whether the last batches also run on idle hosts, should they take much longer than others.
    package var isSpeculative = false

    package init(workers: Int? = nil, isIdempotent: Bool = true, isSpeculative: Bool = false) {
        self.workers = workers
        self.isIdempotent = isIdempotent
        self.isSpeculative = isSpeculative
    }
}

/// What is to be done.
package enum CoordinatorEffect: Equatable, Sendable {
    /// To be sent to a host, with the session's parameters.
    case open(LinkNumber, GrantNumber, SessionNumber, workers: Int)

    /// To be sent to a host, with the batch's payload.
    case run(LinkNumber, BatchNumber, GrantNumber)

    case cancel(LinkNumber, BatchNumber)
    case recall(LinkNumber, GrantNumber)
    case close(LinkNumber, GrantNumber)
    case heartbeat(LinkNumber)

    /// A connection is to be ended, and why; no event of it is to come any more.
    case disconnect(LinkNumber, String)

    /// The answer that the event was about counts, and goes to the core.
    case accept(BatchNumber)

    /// The batch is complete.
    case finish(BatchNumber)

    /// The batch is complete, and has not been done.
    indirect case fail(BatchNumber, CoordinatorFailure)

    /// A session has another number of workers, from 0.
    case workersChanged(SessionNumber, Int)

    /// A session takes no batch any more: none can be run.
    indirect case sessionFailed(SessionNumber, SessionFailure)

    /// A session gets no workers of a host any more, which has refused it, and why.
    indirect case leftOut(SessionNumber, HostDescription, String)

    /// For whoever follows the cluster.
    indirect case report(ClusterEvent)

    /// The event `woken` is wanted then, in nanoseconds of the clock, and not any more at any other time.
    case wake(at: UInt64)
}

/// Why a batch has not been done.
package enum CoordinatorFailure: Equatable, Sendable {
    /// It had not begun, and is to run elsewhere; whether its host is well, and has said so.
    case notBegun(isReturned: Bool, String)

    /// A worker has ended in it.
    case died(WorkerDeathNotice)

    /// Its host is gone, or says that it is lost; nobody is to blame.
    case lost(String)
}

/// Why a session takes no batch any more.
package enum SessionFailure: Equatable, Sendable {
    /// No host that is there has workers for it, and this is what the last one says; or the call itself is at fault.
    case refused(GrantRefusal)

    /// There has been no host for so long, in nanoseconds.
    case noHosts(for: UInt64)
}

/// What has become of hosts.
package enum ClusterEvent: Equatable, Sendable {
    case joined(HostDescription)

    /// It takes nothing new, and goes when it has done what it has.
    case leaving(HostDescription)

    /// It said that it would.
    case left(HostDescription)

    /// Its connection has ended, or it has said nothing for too long.
    case lost(HostDescription, String)

    /// It was lost too often, or has said what it had no business to say, and is not wanted for a while.
    case excluded(HostDescription, String)
}
