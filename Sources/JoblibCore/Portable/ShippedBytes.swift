// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// How many bytes the tasks have that are with the workers of a session, or on their way there: those of all its calls, so that
/// what waits for slow workers has one limit, however many of them there are.
final class ShippedBytes: Sendable {
    /// Batches that are smaller are not counted: so many for each worker are nothing, and a count that many threads change costs more.
    static let countedFrom = 1 << 10

    private let limits: Limits

    // Sequentially consistent, both: who waits says so first and looks at the count then, who lets go of bytes does so first and looks
    // then who waits. One of the two sees the other.
    private let byteCount = Atomic<Int>(0)
    private let hasWaiting = Atomic<Bool>(false)

    /// The loops that have something to send, and have batches of their own on their way: each goes on at the latest with those.
    private let waiting = Mutex<[ObjectIdentifier: ShippingLoop]>([:])

    /// How much there may be.
    struct Limits {
        /// From how many bytes on no worker is given a batch that has one.
        let ahead: Int

        /// From how many bytes on nobody is given any; asked for when it is needed.
        let most: @Sendable () -> Int

        /// A quarter of the memory that this process can still have: a connection may have a copy of each.
        init(ahead: Int, most: @escaping @Sendable () -> Int = { (AvailableMemory.byteCount ?? .max) / 4 }) {
            self.ahead = ahead
            self.most = most
        }

        /// Whether another batch may be sent.
        ///
        /// - Parameters:
        ///   - byteCount: How many bytes those have that are on their way.
        ///   - count: How many batches of the call there are, from 1: one is always sent.
        ///   - workers: How many workers there are.
        ///   - most: From how many bytes on nobody is given any.
        /// - Returns: Whether it may.
        func allow(_ byteCount: Int, batches count: Int, workers: Int, most: () -> Int) -> Bool {
            if byteCount < self.ahead || count == 0 { return true }
            return count < workers && byteCount < max(self.ahead, most())
        }
    }

    /// What ``Limits/most`` was when it was first needed.
    private let most = Mutex<Int?>(nil)

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// Whether a loop may send another batch; it is told of a change where it may not.
    ///
    /// - Parameters:
    ///   - loop: The loop.
    ///   - count: How many of its batches are on their way.
    ///   - workers: How many workers there are.
    /// - Returns: Whether it may.
    func allow(_ loop: ShippingLoop, batches count: Int, workers: @autoclosure () -> Int) -> Bool {
        if self.byteCount.load(ordering: .relaxed) < self.limits.ahead { return true }
        let workers = workers()
        if self.allow(batches: count, workers: workers) { return true }
        self.waiting.withLock { $0[ObjectIdentifier(loop)] = loop }
        self.hasWaiting.store(true, ordering: .sequentiallyConsistent)
        return self.allow(batches: count, workers: workers)
    }

    private func allow(batches count: Int, workers: Int) -> Bool {
        self.limits.allow(self.byteCount.load(ordering: .sequentiallyConsistent), batches: count, workers: workers) {
            self.most.withLock { known in
                let most = known ?? self.limits.most()
                known = most
                return most
            }
        }
    }

    /// A batch is on its way.
    func add(_ byteCount: Int) {
        if byteCount >= Self.countedFrom { self.byteCount.wrappingAdd(byteCount, ordering: .sequentiallyConsistent) }
    }

    /// A batch is with nobody any more; called with no lock held.
    ///
    /// - Parameters:
    ///   - byteCount: How many bytes it had.
    ///   - wakes: Whether those who wait are told; each has a batch of its own that tells it later.
    func remove(_ byteCount: Int, wakes: Bool = true) {
        guard byteCount >= Self.countedFrom else { return }
        self.byteCount.wrappingSubtract(byteCount, ordering: .sequentiallyConsistent)
        guard wakes, self.hasWaiting.load(ordering: .sequentiallyConsistent) else { return }
        let loops = self.waiting.withLock { loops in
            self.hasWaiting.store(false, ordering: .sequentiallyConsistent)
            defer { loops = [:] }
            return loops
        }
        for loop in loops.values { loop.didChange() }
    }
}
