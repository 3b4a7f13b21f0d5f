// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The batches of one stream that are with forked workers, and how large the next is.
///
/// Each batch costs a fork, which takes the longer the more memory the parent has: with the batches' size the share of that is
/// kept below a twentieth.
final class ForkedBatches: Sendable {
    private struct State {
        var calls: [ObjectIdentifier: ForkedCall] = [:]
        var isStopped = false
        var sizer = ForkedBatchSizer()
    }

    private let state = Mutex(State())

    /// How many tasks the next batch should have.
    var batchSize: Int { self.state.withLock { $0.sizer.size } }

    /// Notes a batch that is stopped with the stream.
    func add(_ call: ForkedCall) {
        let isStopped = self.state.withLock { state in
            state.calls[ObjectIdentifier(call)] = call
            return state.isStopped
        }
        if isStopped { call.stop() }
    }

    /// Notes that a batch has ended.
    ///
    /// - Parameters:
    ///   - call: The batch.
    ///   - size: How many tasks it had.
    ///   - overhead: How long it took until the first began, in nanoseconds.
    ///   - work: How long it took from there.
    func remove(_ call: ForkedCall, size: Int, overhead: UInt64, work: UInt64) {
        self.state.withLock { state in
            state.calls[ObjectIdentifier(call)] = nil
            state.sizer.didRun(size, overhead: overhead, work: work)
        }
    }

    /// Stops all of them.
    func stop() {
        let calls = self.state.withLock { state in
            state.isStopped = true
            return Array(state.calls.values)
        }
        for call in calls { call.stop() }
    }
}

/// How many lazily read tasks a worker is forked for.
struct ForkedBatchSizer: Sendable {
    /// The work should take so many times as long as the fork.
    private static let worthwhile: UInt64 = 20
    private static let largest = 1 << 20

    private(set) var size = 1

    /// Notes how long a batch took.
    ///
    /// - Parameters:
    ///   - count: How many tasks it had; fewer than were asked for at the end of the input.
    ///   - overhead: How long the fork took.
    ///   - work: How long the tasks took.
    mutating func didRun(_ count: Int, overhead: UInt64, work: UInt64) {
        // One that was asked for before the size has changed says nothing of the size now.
        guard count >= self.size else { return }
        if work < overhead * Self.worthwhile {
            self.size = min(count * 2, Self.largest)
        } else if work > overhead * Self.worthwhile * 4 {
            self.size = max(1, self.size / 2)
        }
    }
}
