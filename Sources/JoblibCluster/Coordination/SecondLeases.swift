// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The leases of batches that run a second time: few, and only towards the end of a call, so records have no room for them.
///
/// Batches and grants are meant by their indices.
struct SecondLeases {
    private var leases: [Int: BatchLease] = [:]
    private var batches: [Int: [Int]] = [:]

    subscript(batch: Int) -> BatchLease? { self.leases[batch] }

    /// The batches that a grant runs a second time, in the order in which it was given them.
    func batches(of grant: Int) -> [Int] { self.batches[grant] ?? [] }

    /// Enters the lease of a batch that has none here.
    mutating func insert(_ lease: BatchLease, of batch: Int) {
        self.leases[batch] = lease
        self.batches[lease.grant, default: []].append(batch)
    }

    @discardableResult
    mutating func remove(_ batch: Int) -> BatchLease? {
        guard let lease = self.leases[batch] else { return nil }
        self.leases[batch] = nil
        self.batches[lease.grant]?.removeAll { $0 == batch }
        if self.batches[lease.grant]?.isEmpty == true { self.batches[lease.grant] = nil }
        return lease
    }
}
