// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// So many slots of a host for one session.
struct GrantRecord {
    let number: GrantNumber
    let link: LinkNumber
    @CompactInt var workers: Int

    /// The indices of its host and its session, which may be closed already, and then is none.
    @CompactInt var host: Int
    @CompactIndex var session: Int?

    /// How many batches the host has of it: also what nobody wants any more, until the host says that it has ended.
    @CompactInt var batchCount: Int = 0

    /// One of those that are leased to it, which has the others for neighbours.
    @CompactIndex var firstBatch: Int? = nil

    /// Where it is in its session's `GrantLoads`; `nil` once it takes no batch any more.
    @CompactIndex var load: Int? = nil

    /// When the host was told last to give back what has not begun: what it was given until then may come back.
    var recallTime: UInt64?

    /// Whether it has said nothing about the grant since.
    var isRecalled = false

    /// Whether the host has no workers for it, and so has to end what it has of it.
    var isRefused = false
}
