// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// From which hosts what comes is read, so that no more of it is in memory than there may be; decides, and reads nothing.
///
/// Frames grow as they come, and nobody can take one in that is not whole: when all of them have grown too large together, only one goes
/// on, so that there is one at least that comes to its end.
struct LinkReading {
    /// How many bytes of frames that are not whole there may be before only one of them grows.
    static let largestByteCount = 256 << 20

    /// How many bytes the one that goes on has to grow by from one heartbeat to the next, and how often it may fail to: others wait for it.
    static let slowestByteCount = 64 << 10
    static let largestDelayCount = 3

    /// Of what no account is kept.
    static let smallestByteCount = 64 << 10

    private var byteCounts: [LinkNumber: Int] = [:]
    private var byteCount = 0

    /// The only one that is read from, where not all are.
    private(set) var chosen: LinkNumber?

    /// How many bytes it had at its last heartbeat, and how often it has not grown by enough since.
    private var lastByteCount = 0
    private var delayCount = 0

    /// From whom nothing is read now.
    private(set) var muted: Set<LinkNumber> = []

    /// So many bytes have come of a frame that is not whole; 0: there is none, or its host is gone.
    ///
    /// - Returns: Whether it may be that others are to be read from than before.
    mutating func note(_ byteCount: Int, of link: LinkNumber) -> Bool {
        let old = self.byteCounts[link] ?? 0
        if old == byteCount { return false }
        self.byteCounts[link] = byteCount > 0 ? byteCount : nil
        self.byteCount += byteCount - old
        if self.byteCount <= Self.largestByteCount {
            defer { self.chosen = nil }
            return self.chosen != nil
        }
        if let chosen, self.byteCounts[chosen] != nil { return false }
        // What is about to be whole frees the most.
        self.chosen = self.byteCounts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        self.lastByteCount = self.chosen.flatMap { self.byteCounts[$0] } ?? 0
        self.delayCount = 0
        return true
    }

    /// Whether what comes from a host is read.
    ///
    /// - Parameters:
    ///   - link: The host.
    ///   - isFull: Whether what has come whole is more than there may be.
    /// - Returns: Whether it is.
    func isRead(_ link: LinkNumber, isFull: Bool) -> Bool { !isFull && (self.chosen == nil || self.chosen == link) }

    /// Notes that a host is read from now, or not.
    ///
    /// - Returns: Whether that is new.
    mutating func set(_ isRead: Bool, for link: LinkNumber) -> Bool {
        isRead ? self.muted.remove(link) != nil : self.muted.insert(link).inserted
    }

    /// Forgets a host.
    ///
    /// - Returns: As ``note(_:of:)``.
    mutating func forget(_ link: LinkNumber) -> Bool {
        self.muted.remove(link)
        return self.note(0, of: link)
    }

    /// A heartbeat's time has passed: whether a host has others wait for a frame that does not get on.
    mutating func isStuck(_ link: LinkNumber) -> Bool {
        guard link == self.chosen, !self.muted.contains(link) else { return false }
        let byteCount = self.byteCounts[link] ?? 0
        defer { self.lastByteCount = byteCount }
        self.delayCount = byteCount - self.lastByteCount < Self.slowestByteCount ? self.delayCount + 1 : 0
        return self.delayCount >= Self.largestDelayCount
    }
}

extension ClusterDriver {
    /// So many bytes have come from a host of a frame that is not whole; on the executor.
    package func hold(_ byteCount: Int, of link: LinkNumber) {
        guard self.isConnected(link) else { return }
        let sum = byteCount + self.arrivingByteCount(from: link)
        let counted = sum < LinkReading.smallestByteCount ? 0 : sum
        if self.reading.note(counted, of: link) { self.adjustReading() }
    }

    /// Listens to hosts, or not, as it is now.
    func adjustReading() {
        let isFull = self.inbox.isFull
        for (number, link) in self.connections {
            let isRead = self.reading.isRead(number, isFull: isFull)
            if self.reading.set(isRead, for: number) { link.setReading(isRead) }
        }
    }
}
