// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import Synchronization

/// Tasks that the caller has read and no worker has begun, where the caller alone may read.
///
/// Compiled for its types in the caller's module: what is done per task costs less than looking up a generic type would.
// SAFETY: `state` is touched under `isLocked` alone; the rest are constants and atomics.
@usableFromInline
final class ReadAhead<Output: Sendable, Stored>: @unchecked Sendable {
    @usableFromInline
    struct Item {
        @usableFromInline
        let index: Int

        @usableFromInline
        let task: Delayed<Output>

        /// Where the result belongs.
        @usableFromInline
        let place: SegmentedSlots<Stored>.Place

        @inlinable
        init(index: Int, task: Delayed<Output>, place: SegmentedSlots<Stored>.Place) {
            self.index = index
            self.task = task
            self.place = place
        }
    }

    @usableFromInline
    struct State {
        @usableFromInline
        var items: [Item?] = []

        /// The position in `items` of the first that nobody has taken.
        @usableFromInline
        var head = 0

        @usableFromInline
        var isEnded = false

        @inlinable
        init() {}

        @inlinable
        var count: Int { self.items.count - self.head }
    }

    // A lock that never sleeps: it is held for some tens of nanoseconds, in which no foreign code runs, and taken by every
    // worker for every task. `Mutex` asks the kernel as soon as two meet, which costs ten times as much as waiting.
    @usableFromInline
    let isLocked = Atomic<Bool>(false)

    @usableFromInline
    var state = State()

    /// How many tasks are here, or were taken and are not finished.
    @usableFromInline
    let occupied = Atomic<Int>(0)

    @usableFromInline
    let bounds: ReadAheadBounds

    @usableFromInline
    let signals: ReadAheadSignals

    @inlinable
    init(_ loop: SequenceLoop) {
        self.bounds = loop.readAheadBounds
        self.signals = loop.readAhead
    }

    @inlinable
    func withState<R>(_ body: (inout State) -> R) -> R {
        // Acquiring here, releasing at the end: whoever has the lock sees all that was done under it before.
        while self.isLocked.exchange(true, ordering: .acquiring) {
            while self.isLocked.load(ordering: .relaxed) { Turn.spin() }
        }
        defer { self.isLocked.store(false, ordering: .releasing) }
        return body(&self.state)
    }

    // MARK: - The caller

    /// Returns whether a batch may be handed in.
    ///
    /// - Parameter own: How many tasks the caller itself has read beside it.
    /// - Returns: Whether it may.
    @inlinable
    func hasRoom(beside own: Int) -> Bool {
        // Relaxed: it only ever gets less by the hands of others, and nothing else is learnt from it.
        self.occupied.load(ordering: .relaxed) < self.bounds.capacity - own
    }

    /// Whether everybody has enough to do for now.
    @inlinable
    var isWellStocked: Bool { self.occupied.load(ordering: .relaxed) >= self.bounds.plenty }

    /// Hands in what was read; empties it.
    @inlinable
    func push(_ items: inout [Item]) {
        self.occupied.wrappingAdd(items.count, ordering: .relaxed)
        self.withState { state in
            for item in items { state.items.append(item) }
        }
        items.removeAll(keepingCapacity: true)
        self.signals.didRead()
    }

    /// Exchanges what was read for what has been waiting for the longest, so that tasks begin in order.
    @inlinable
    func exchange(_ items: inout [Item]) {
        self.withState { state in
            guard state.count > 0 else { return }
            let count = items.count
            for item in items { state.items.append(item) }
            items.removeAll(keepingCapacity: true)
            Self.take(count, from: &state, into: &items)
        }
    }

    /// Exchanges what the caller will run itself for what it has read before, some tasks of which are kept for others, who
    /// may be needed after all.
    ///
    /// - Parameter item: What was read.
    /// - Returns: What to run; `nil` while fewer are kept than there should be.
    @inlinable
    func keep(_ item: Item) -> Item? {
        self.signals.reserve(round: item.index)
        let kept = self.bounds.kept
        guard kept > 0 else { return item }
        return self.withState { state in
            state.items.append(item)
            guard state.count > kept else {
                self.occupied.wrappingAdd(1, ordering: .relaxed)
                return nil
            }
            let first = state.items[state.head].take()
            state.head += 1
            Self.compact(&state)
            return first
        }
    }

    /// Whether workers leave the items alone.
    @inlinable
    var isReserved: Bool { self.signals.isReserved }

    /// Lets workers take what has been read.
    @inlinable
    func release() { self.signals.release() }

    /// Says that everything has been read.
    @inlinable
    func end() {
        self.signals.release()
        self.withState { $0.isEnded = true }
        self.signals.didRead()
    }

    /// Waits until a batch may be handed in, or somebody else must look what to do.
    @inlinable
    func waitForRoom() {
        let seen = self.signals.roomCount
        if !self.hasRoom(beside: 0) { self.signals.waitForRoom(since: seen) }
    }

    /// Waits until everything has been taken, or somebody else must look what to do.
    ///
    /// - Returns: Whether everything has been taken.
    @inlinable
    func waitUntilDrained() -> Bool {
        let seen = self.signals.roomCount
        if self.withState({ $0.count == 0 }) { return true }
        self.signals.waitForRoom(since: seen)
        return false
    }

    // MARK: - Workers

    /// Takes the next tasks.
    ///
    /// - Parameters:
    ///   - limit: How many at most, from 1.
    ///   - batch: What was taken before, which is finished now; replaced.
    ///   - waits: Whether to wait until there are some.
    /// - Returns: Whether there are some; with `waits` not at the end alone, or once the loop stops.
    @inlinable
    func take(_ limit: Int, into batch: inout [Item], waits: Bool) -> Bool {
        self.finish(&batch)
        var seen: UInt32?
        while true {
            var isEnded = false
            if !self.signals.isReserved {
                self.withState { state in
                    isEnded = state.isEnded
                    Self.take(limit, from: &state, into: &batch)
                }
            }
            if isEnded { self.signals.didMakeRoom() }
            if !batch.isEmpty { return true }
            if isEnded || !waits || self.signals.isStopped { return false }
            // Only now, and then once more: while there is enough, the caller has the word to itself.
            if let seen { self.signals.waitForItems(since: seen) }
            seen = self.signals.itemCount
        }
    }

    /// Notes that what was taken is finished; empties it.
    @inlinable
    func finish(_ batch: inout [Item]) {
        guard !batch.isEmpty else { return }
        let occupied = self.occupied.wrappingSubtract(batch.count, ordering: .relaxed).oldValue
        if occupied >= self.bounds.capacity { self.signals.didMakeRoom() }
        batch.removeAll(keepingCapacity: true)
    }

    @inlinable
    static func take(_ limit: Int, from state: inout State, into batch: inout [Item]) {
        for _ in 0..<min(limit, state.count) {
            if let item = state.items[state.head].take() { batch.append(item) }
            state.head += 1
        }
        Self.compact(&state)
    }

    @inlinable
    static func compact(_ state: inout State) {
        // Rarely enough that the moves cost less than one for each.
        if state.head > 64, state.head * 2 > state.items.count {
            state.items.removeFirst(state.head)
            state.head = 0
        }
    }
}
