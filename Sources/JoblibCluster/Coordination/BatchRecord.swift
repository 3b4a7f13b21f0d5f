// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A batch that is with a coordinator: it waits, or is leased to one grant, or to two.
///
/// Each worker has several, and what a host says is about any of them: 48 bytes, so that those of thousands are in a core's cache.
struct BatchRecord {
    let number: BatchNumber

    /// When it was given to the grant.
    private var leaseTime: UInt64 = 0

    /// The indices of its session and its call.
    @CompactInt var session: Int
    @CompactInt var call: Int

    /// Its neighbours among the batches of its call, in the order in which they came.
    @CompactIndex var previous: Int? = nil
    @CompactIndex var next: Int? = nil

    /// The index of the grant that it is leased to, and its neighbours among the batches of that, in no order.
    @CompactIndex private var grant: Int? = nil
    @CompactIndex var previousOfGrant: Int? = nil
    @CompactIndex var nextOfGrant: Int? = nil

    /// Whether nobody wants it any more.
    var isCancelled = false

    /// Whether anything was heard of it.
    var isAnswered = false

    init(number: BatchNumber, session: Int, call: Int) {
        self.number = number
        self.session = session
        self.call = call
    }

    /// Who runs it; `nil` while it waits.
    ///
    /// Who runs it a second time is in the coordinator's `SecondLeases`.
    var lease: BatchLease? {
        get { self.grant.map { BatchLease(grant: $0, since: self.leaseTime) } }
        set {
            self.grant = newValue?.grant
            self.leaseTime = newValue?.since ?? 0
        }
    }

    var isWaiting: Bool { self.grant == nil }
}

/// A batch's place with a host.
struct BatchLease {
    /// The index of the grant, which tells the host.
    let grant: Int

    /// When it was given.
    let since: UInt64
}
