// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A batch that is with a coordinator: it waits, or is leased to one grant, or to two.
struct BatchRecord {
    let number: BatchNumber

    /// The indices of its session and its call.
    let session: Int
    let call: Int

    /// Who runs it; `nil` while it waits.
    var lease: BatchLease?

    /// Who runs it a second time; there is none without the first.
    var secondLease: BatchLease?

    /// Whether nobody wants it any more.
    var isCancelled = false

    /// Whether anything was heard of it.
    var isAnswered = false

    /// Its neighbours among the batches of its call, in the order in which they came.
    var previous: Int?
    var next: Int?

    var isWaiting: Bool { self.lease == nil }

    func lease(of link: LinkNumber) -> BatchLease? {
        if let lease, lease.link == link { return lease }
        if let secondLease, secondLease.link == link { return secondLease }
        return nil
    }

    /// The lease that is not the link's.
    func otherLease(than link: LinkNumber) -> BatchLease? {
        if let lease, lease.link != link { return lease }
        if let secondLease, secondLease.link != link { return secondLease }
        return nil
    }
}

/// A batch's place with a host.
struct BatchLease {
    let link: LinkNumber

    /// The index of the grant.
    let grant: Int

    /// When it was given.
    let since: UInt64
}
