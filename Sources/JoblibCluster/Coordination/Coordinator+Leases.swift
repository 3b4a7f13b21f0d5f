// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// Gives a batch that waits to a grant.
    mutating func lease(_ batch: Int, to grant: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        self.linkToGrant(batch, BatchLease(grant: grant, since: now))
        self.run(batch, of: grant, into: &effects)
    }

    /// Gives a batch to a second grant, of another host.
    mutating func leaseAgain(_ batch: Int, to grant: Int, at now: UInt64, into effects: inout [CoordinatorEffect]) {
        self.secondLeases.insert(BatchLease(grant: grant, since: now), of: batch)
        self.run(batch, of: grant, into: &effects)
    }

    private mutating func run(_ batch: Int, of grant: Int, into effects: inout [CoordinatorEffect]) {
        self.grants[grant].batchCount += 1
        self.updateLoad(of: grant)
        effects.append(.run(self.grants[grant].link, self.batches[batch].number, self.grants[grant].number))
    }

    // MARK: - Questions

    /// By which grants hosts have a batch: none, one or two.
    func leases(of batch: Int) -> [BatchLease] {
        [self.batches[batch].lease, self.secondLeases[batch]].compactMap { $0 }
    }

    // The next two are inlined, since a function that changes nothing is given a copy of the coordinator, of hundreds of bytes.

    /// The lease by which a host has a batch; `nil` if it has not.
    @inline(__always)
    func lease(of batch: Int, with host: Int) -> BatchLease? {
        if let lease = self.batches[batch].lease, self.grants[lease.grant].host == host { return lease }
        if let lease = self.secondLeases[batch], self.grants[lease.grant].host == host { return lease }
        return nil
    }

    /// Whether a host has a batch, by its connection, and somebody waits for what it says of it.
    func wants(_ batch: BatchNumber, from link: LinkNumber) -> Bool {
        guard let host = self.hostIndices[link], let index = self.batchIndices[batch] else { return false }
        return !self.batches[index].isCancelled && self.lease(of: index, with: host) != nil
    }

    /// The other one of a batch's two leases; `nil` if there is but one.
    @inline(__always)
    func otherLease(of batch: Int, than lease: BatchLease) -> BatchLease? {
        guard let second = self.secondLeases[batch] else { return nil }
        return second.grant == lease.grant ? self.batches[batch].lease : second
    }

    /// The batches that are leased to a grant, in the order of their numbers.
    func batches(of grant: Int) -> [Int] {
        var batches = self.secondLeases.batches(of: grant)
        var next = self.grants[grant].firstBatch
        while let batch = next {
            batches.append(batch)
            next = self.batches[batch].nextOfGrant
        }
        return batches.sorted { self.batches[$0].number < self.batches[$1].number }
    }

    // MARK: - Ends

    /// A grant's copy of a batch is done with, if there is another one; returns whether there is.
    mutating func dropCopy(of batch: Int, with grant: Int) -> Bool {
        guard let second = self.secondLeases.remove(batch) else { return false }
        if second.grant != grant {
            self.unlinkFromGrant(batch)
            self.linkToGrant(batch, second)
        }
        return true
    }

    /// A batch is leased to nobody any more; its grants still have it until their hosts say that it has ended.
    mutating func endLeases(of batch: Int) {
        self.secondLeases.remove(batch)
        self.unlinkFromGrant(batch)
    }

    // MARK: - The batches of a grant

    private mutating func linkToGrant(_ batch: Int, _ lease: BatchLease) {
        let next = self.grants[lease.grant].firstBatch
        self.batches[batch].lease = lease
        self.batches[batch].previousOfGrant = nil
        self.batches[batch].nextOfGrant = next
        if let next { self.batches[next].previousOfGrant = batch }
        self.grants[lease.grant].firstBatch = batch
    }

    private mutating func unlinkFromGrant(_ batch: Int) {
        guard let grant = self.batches[batch].lease?.grant else { return }
        let (previous, next) = (self.batches[batch].previousOfGrant, self.batches[batch].nextOfGrant)
        if let previous { self.batches[previous].nextOfGrant = next } else { self.grants[grant].firstBatch = next }
        if let next { self.batches[next].previousOfGrant = previous }
        self.batches[batch].lease = nil
    }
}
