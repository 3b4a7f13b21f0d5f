// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How often hosts were lost and have said what they had no business to say, and which are not wanted for a while.
///
/// It forgets everything that is older than the time of exclusion, so it does not grow with the hosts that ever were.
struct LossRecord {
    enum Kind {
        case loss
        case fault
    }

    private struct Counts {
        var losses = 0
        var faults = 0
        var excludedUntil: UInt64?

        var isEmpty: Bool { self.losses == 0 && self.faults == 0 && self.excludedUntil == nil }
    }

    private struct Entry {
        let processID: [UInt8]
        let end: UInt64

        /// `nil` for an exclusion.
        let kind: Kind?
    }

    private let time: UInt64
    private var counts: [[UInt8]: Counts] = [:]

    /// In the order in which they end, since all last as long.
    private var entries: [Entry] = []
    private var start = 0

    init(time: UInt64) {
        self.time = time
    }

    var count: Int { self.counts.count }

    /// Enters something, and returns how often it has happened lately.
    mutating func note(_ kind: Kind, of processID: [UInt8], at now: UInt64) -> Int {
        self.forget(until: now)
        self.entries.append(Entry(processID: processID, end: now &+ self.time, kind: kind))
        switch kind {
        case .loss:
            self.counts[processID, default: Counts()].losses += 1
            return self.counts[processID]?.losses ?? 0
        case .fault:
            self.counts[processID, default: Counts()].faults += 1
            return self.counts[processID]?.faults ?? 0
        }
    }

    mutating func exclude(_ processID: [UInt8], at now: UInt64) {
        self.forget(until: now)
        self.entries.append(Entry(processID: processID, end: now &+ self.time, kind: nil))
        self.counts[processID, default: Counts()].excludedUntil = now &+ self.time
    }

    mutating func isExcluded(_ processID: [UInt8], at now: UInt64) -> Bool {
        self.forget(until: now)
        return self.counts[processID]?.excludedUntil != nil
    }

    private mutating func forget(until now: UInt64) {
        while self.start < self.entries.count, self.entries[self.start].end <= now {
            let entry = self.entries[self.start]
            self.start += 1
            guard var counts = self.counts[entry.processID] else { continue }
            switch entry.kind {
            case .loss: counts.losses -= 1
            case .fault: counts.faults -= 1
            case nil: if counts.excludedUntil == entry.end { counts.excludedUntil = nil }
            }
            self.counts[entry.processID] = counts.isEmpty ? nil : counts
        }
        if self.start >= 64, self.start * 2 >= self.entries.count {
            self.entries.removeFirst(self.start)
            self.start = 0
        }
    }
}
