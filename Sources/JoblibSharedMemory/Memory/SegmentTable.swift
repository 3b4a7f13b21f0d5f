// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
internal import Synchronization

/// The segments that are in the memory of this process, so that each is there once.
final class SegmentTable: Sendable {
    /// For how long a segment is kept that is not decoded again, in nanoseconds, and how many are: each has a descriptor.
    private static let keptTime: UInt64 = 1_000_000_000
    private static let keptCount = 16

    private static let perProcess = PerProcess { SegmentTable() }

    private struct Entry {
        weak var segment: Segment?
    }

    private struct State {
        var known: [SegmentIdentity: Entry] = [:]
        var kept: [SegmentIdentity: (segment: Segment, usedAt: UInt64)] = [:]
        var keeps = false
    }

    // No segment may be let go of for the last time under the lock, which its end takes, too: they are handed out of it.
    private let state = Mutex(State())

    static var shared: SegmentTable { self.perProcess.object }

    /// The segment, if it is there.
    func segment(_ identity: SegmentIdentity) -> Segment? {
        self.state.withLock { $0.known[identity]?.segment }
    }

    /// Makes a segment known, and returns the one that is there already, or this one.
    func add(_ segment: Segment) -> Segment {
        self.state.withLock { state in
            if let known = state.known[segment.identity]?.segment { return known }
            state.known[segment.identity] = Entry(segment: segment)
            return segment
        }
    }

    /// Forgets a segment that is at its end.
    func forget(_ identity: SegmentIdentity) {
        let other = self.state.withLock { state -> Segment? in
            guard let entry = state.known[identity] else { return nil }
            if let segment = entry.segment { return segment }
            state.known[identity] = nil
            return nil
        }
        withExtendedLifetime(other) {}
    }

    /// Keeps a segment that was decoded, if that is wanted, and lets go of those that were not for a while.
    func keepDecoded(_ segment: Segment) {
        let now = MonotonicClock.now
        let old = self.state.withLock { state -> [Segment] in
            guard state.keeps else { return [] }
            state.kept[segment.identity] = (segment, now)
            return Self.takeOld(&state, now)
        }
        withExtendedLifetime(old) {}
    }

    /// Lets go of those that were not decoded for a while.
    func dropOld() {
        let now = MonotonicClock.now
        let old = self.state.withLock { state in state.kept.isEmpty ? [] : Self.takeOld(&state, now) }
        withExtendedLifetime(old) {}
    }

    /// Takes those out that were not decoded for a while, and of the others those that are too many.
    private static func takeOld(_ state: inout State, _ now: UInt64) -> [Segment] {
        var old = state.kept.filter { now - min(now, $0.value.usedAt) >= Self.keptTime }.map(\.value.segment)
        for segment in old { state.kept[segment.identity] = nil }
        while state.kept.count > Self.keptCount, let oldest = state.kept.min(by: { $0.value.usedAt < $1.value.usedAt })
        {
            old.append(oldest.value.segment)
            state.kept[oldest.key] = nil
        }
        return old
    }

    func startKeeping() {
        self.state.withLock { $0.keeps = true }
    }

    func stopKeeping() {
        let kept = self.state.withLock { state in
            state.keeps = false
            return Self.takeKept(&state)
        }
        withExtendedLifetime(kept) {}
    }

    func dropAll() {
        let kept = self.state.withLock { Self.takeKept(&$0) }
        withExtendedLifetime(kept) {}
    }

    private static func takeKept(_ state: inout State) -> [Segment] {
        defer { state.kept = [:] }
        return state.kept.values.map(\.segment)
    }
}
