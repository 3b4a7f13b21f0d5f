// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A host that is connected.
struct HostRecord {
    let link: LinkNumber
    let description: HostDescription

    /// Whether it takes no batch any more.
    var isLeaving = false

    /// The indices of its grants, the oldest first.
    var grants: [Int] = []

    /// The batches that it still has and that are not its any more.
    var revoked: [BatchNumber: RevokedBatch] = [:]

    /// Since when it may take its time with them: it has just ended one, or was not listened to.
    var returnStart: UInt64 = 0

    /// The slots that are not granted; below 0 where sessions share them.
    var spare: Int
}

/// What every message of a host changes, apart from the rest of what is known of it: that is larger than a cache has room for.
struct HostActivity {
    /// When the last bytes came.
    var lastHeard: UInt64

    /// How many batches it has given back that it was not asked for, since it has done something with one.
    @CompactInt var returnCount: Int = 0
}

/// A batch that a host still has, and that is not its any more.
struct RevokedBatch {
    /// The index of the grant.
    let grant: Int

    /// Whether the host itself has refused it, and so has to be done with it soon; other tasks may run long, wanted or not.
    let isRefused: Bool
}
