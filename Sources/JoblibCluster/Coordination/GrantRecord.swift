// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// So many slots of a host for one session.
struct GrantRecord {
    let number: GrantNumber
    let link: LinkNumber
    let workers: Int

    /// The indices of its host and its session, which may be closed already, and then is none.
    let host: Int
    var session: Int?

    /// What the host has of it, in no order: also what nobody wants any more, until the host says that it has ended.
    var batches: Set<BatchNumber> = []

    /// Where it is in its session's `GrantLoads`; `nil` once it takes no batch any more.
    var load: Int?

    /// Whether the host was told to give back what has not begun, and has said nothing about the grant since.
    var isRecalled = false

    /// When it was told so last: what it was given until then may come back.
    var recallTime: UInt64?
}
