// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What has become of a host on which a session has workers: a backend tells it by ``OpenRequest/hostsChanged``.
///
/// A value with a function for each kind, so that more can be told later without breaking backends.
public struct HostEvent: Hashable, Sendable {
    /// What has become of it: ``ParallelEvent/Kind/hostJoined``, `hostLeft`, `hostLost`, or `hostExcluded`.
    public let kind: ParallelEvent.Kind

    /// The host, for people, which no other one of the session is called.
    public let host: String

    /// How many workers it has; of one that has joined.
    public let workerCount: Int?

    /// Why it is lost or left out, and what to do about it.
    public let reason: String?

    private init(_ kind: ParallelEvent.Kind, _ host: String, workerCount: Int? = nil, reason: String? = nil) {
        self.kind = kind
        self.host = host
        self.workerCount = workerCount
        self.reason = reason
    }

    /// The session has workers on a host from now on.
    public static func joined(_ host: String, workers: Int) -> HostEvent {
        HostEvent(.hostJoined, host, workerCount: workers)
    }

    /// A host is gone that has said so before, and has done what it had.
    public static func left(_ host: String) -> HostEvent { HostEvent(.hostLeft, host) }

    /// A host is gone, with what it had.
    public static func lost(_ host: String, because reason: String) -> HostEvent {
        HostEvent(.hostLost, host, reason: reason)
    }

    /// A host is there, or may be, and gets no work of the session any more.
    public static func excluded(_ host: String, because reason: String) -> HostEvent {
        HostEvent(.hostExcluded, host, reason: reason)
    }
}
