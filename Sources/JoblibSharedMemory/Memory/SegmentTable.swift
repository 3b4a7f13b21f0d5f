// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
internal import Synchronization

/// The segments that are in the memory of this process, so that each is there once.
final class SegmentTable: Sendable {
    private static let perProcess = PerProcess { SegmentTable() }

    private struct Entry {
        weak var segment: Segment?
    }

    private struct State {
        var known: [SegmentIdentity: Entry] = [:]
        var kept: [SegmentIdentity: Segment] = [:]
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

    /// Keeps a segment that was decoded, if that is wanted.
    func keepDecoded(_ segment: Segment) {
        self.state.withLock { state in
            guard state.keeps, state.kept[segment.identity] == nil else { return }
            state.kept[segment.identity] = segment
        }
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

    private static func takeKept(_ state: inout State) -> [SegmentIdentity: Segment] {
        defer { state.kept = [:] }
        return state.kept
    }
}
