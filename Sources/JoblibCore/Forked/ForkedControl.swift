// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import JoblibPOSIX
import Synchronization

/// What the workers of one call and their parent share: which positions are claimed, who is at which task, what is done.
///
/// In memory that all of them map, so that the parent knows which task a worker was at however it has died.
// SAFETY: words of 8 bytes and bytes in memory that lives as long as the object. Each word of a slot and each state has one
// writer at a time: the worker, and once that is gone its parent. What is counted by several is atomic.
@safe
final class ForkedControl: @unchecked Sendable {
    /// What has become of a task.
    enum State: UInt8 {
        case open
        case done
        case failed
    }

    private static let headerSize = 128

    let count: Int
    private let region: SharedRegion
    private let states: UnsafeMutablePointer<UInt8>

    // Relaxed: the number is all that two workers have to agree on.
    private let nextPosition: UnsafeMutablePointer<Atomic<Int>>
    private let stop: UnsafeMutablePointer<Atomic<Bool>>
    // Relaxed as well; 0 until it is known, then 1 for no, or 2.
    private let lending: UnsafeMutablePointer<Atomic<UInt8>>

    /// Makes the memory for a call.
    ///
    /// - Parameters:
    ///   - count: How many tasks there are.
    ///   - workers: How many workers there are at most at once.
    /// - Throws: `SystemError` when the system has no memory left to give.
    init(count: Int, workers: Int) throws(SystemError) {
        let slotsSize = workers * ForkedSlot.size
        let (byteCount, overflow) = count.addingReportingOverflow(Self.headerSize + slotsSize)
        self.region = try SharedRegion(byteCount: overflow ? .max / 2 : byteCount)
        self.count = count
        let start = unsafe self.region.start
        unsafe self.nextPosition = start.bindMemory(to: Atomic<Int>.self, capacity: 1)
        unsafe self.stop = (start + 64).bindMemory(to: Atomic<Bool>.self, capacity: 1)
        unsafe self.nextPosition.initialize(to: Atomic(0))
        unsafe self.stop.initialize(to: Atomic(false))
        unsafe self.lending = (start + 72).bindMemory(to: Atomic<UInt8>.self, capacity: 1)
        unsafe self.lending.initialize(to: Atomic(0))
        unsafe self.states = (start + Self.headerSize + slotsSize).bindMemory(to: UInt8.self, capacity: count)
        for worker in 0..<workers { self.slot(worker).leave() }
    }

    /// The place of a worker.
    func slot(_ worker: Int) -> ForkedSlot {
        unsafe ForkedSlot((self.region.start + Self.headerSize + worker * ForkedSlot.size), owner: self)
    }

    // MARK: - Claims

    /// Whether nobody has claimed the last position yet.
    var hasUnclaimed: Bool { unsafe self.nextPosition.pointee.load(ordering: .relaxed) < self.count }

    /// How many positions nobody has claimed.
    var unclaimed: Int { unsafe max(0, self.count - self.nextPosition.pointee.load(ordering: .relaxed)) }

    /// Claims the next positions; `nil` when none is left.
    func claim(_ size: Int) -> Range<Int>? {
        // Looked at first, so that nobody who asks in vain moves it beyond the largest integer.
        guard self.hasUnclaimed else { return nil }
        let size = min(size, self.count)
        let first = unsafe self.nextPosition.pointee.wrappingAdd(size, ordering: .relaxed).oldValue
        return first < self.count ? first..<min(first + size, self.count) : nil
    }

    // MARK: - Stopping

    /// Whether no further task may start.
    var isStopped: Bool { unsafe self.stop.pointee.load(ordering: .relaxed) }

    /// Lets no further task start.
    func stopAll() {
        unsafe self.stop.pointee.store(true, ordering: .releasing)
    }

    // MARK: - Lending

    /// Whether the parent can read its children's memory; it says so as soon as it has one.
    func canLend() -> Bool {
        while true {
            let answer = unsafe self.lending.pointee.load(ordering: .relaxed)
            if answer != 0 || self.isStopped { return answer == 2 }
            WaitWord().wait(while: 0, until: MonotonicClock.now + 50_000)
        }
    }

    /// Says whether the parent can read its children's memory.
    func setLending(_ isAllowed: Bool) {
        unsafe self.lending.pointee.store(isAllowed ? 2 : 1, ordering: .relaxed)
    }

    // MARK: - What has become of tasks

    func state(of position: Int) -> State { State(rawValue: unsafe self.states[position]) ?? .open }

    func set(_ state: State, of position: Int) {
        unsafe self.states[position] = state.rawValue
    }

    func set(_ state: State, of positions: Range<Int>) {
        unsafe (self.states + positions.lowerBound).update(repeating: state.rawValue, count: positions.count)
    }

    /// The ranges of positions in a state.
    func positions(_ state: State, in range: Range<Int>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start: Int?
        for position in range {
            let isWanted = unsafe self.states[position] == state.rawValue
            if isWanted, start == nil { start = position }
            if !isWanted, let first = start {
                ranges.append(first..<position)
                start = nil
            }
        }
        if let start { ranges.append(start..<range.upperBound) }
        return ranges
    }
}

/// Where one worker says what it is at.
// SAFETY: see `ForkedControl`, which the owner keeps mapped.
@safe
struct ForkedSlot: @unchecked Sendable {
    /// A pair of cache lines, so that two workers never write into one.
    static let size = 128

    private enum Word: Int {
        case index, attempt, startedAt, chunkStart, chunkEnd, ended, enteredAt, acknowledged
    }

    private let words: UnsafeMutablePointer<Int64>
    private let owner: ForkedControl

    init(_ start: UnsafeMutableRawPointer, owner: ForkedControl) {
        unsafe self.words = start.bindMemory(to: Int64.self, capacity: Self.size / 8)
        self.owner = owner
    }

    private subscript(word: Word) -> Int {
        get { Int(unsafe joblib_shared_load(self.words + word.rawValue)) }
        nonmutating set { unsafe joblib_shared_store(self.words + word.rawValue, Int64(newValue)) }
    }

    /// Where the position of the task at work stands; -1 between tasks.
    var indexPointer: UnsafeMutablePointer<Int64> { unsafe self.words + Word.index.rawValue }

    /// The position of the task at work; `nil` between tasks.
    var index: Int? {
        let index = self[.index]
        return index < 0 ? nil : index
    }

    /// Which attempt of that task this is, from 1.
    var attempt: Int { max(1, self[.attempt]) }

    /// When that attempt began, in nanoseconds of the monotonic clock; `nil` where that is not noted.
    var startedAt: UInt64? {
        let time = self[.startedAt]
        return time <= 0 ? nil : UInt64(time)
    }

    /// The positions that the worker has claimed and not left yet.
    var chunk: Range<Int> { self[.chunkStart]..<max(self[.chunkStart], self[.chunkEnd]) }

    /// How many tasks the worker has ended.
    var endedCount: Int { self[.ended] }

    /// How many of the arrays that the worker has lent its parent has read.
    var acknowledgedCount: Int { self[.acknowledged] }

    /// Says that one more was read, or never will be.
    func acknowledge() { self[.acknowledged] += 1 }

    /// When the worker came to its first task, in nanoseconds of the monotonic clock; `nil` before.
    var enteredAt: UInt64? { self[.enteredAt] <= 0 ? nil : UInt64(self[.enteredAt]) }

    /// Whether the worker has come to its first task.
    var hasEntered: Bool { self.enteredAt != nil }

    // MARK: - The worker's side

    func enter(_ chunk: Range<Int>) {
        if self[.enteredAt] == 0 { self[.enteredAt] = Int(MonotonicClock.now) }
        // In this order: a range that seems empty claims nothing wrongly.
        self[.chunkEnd] = 0
        self[.chunkStart] = chunk.lowerBound
        self[.chunkEnd] = chunk.upperBound
    }

    func begin(_ index: Int, attempt: Int, at time: UInt64 = 0) {
        self[.attempt] = attempt
        self[.index] = index
        self[.startedAt] = Int(time)
    }

    /// Says that the worker is in no task, but may be about to encode the result of one.
    func endTask() {
        self[.startedAt] = 0
        self[.index] = -1
    }

    func addEnded(_ count: Int) { self[.ended] += count }

    /// Makes the slot that of nobody, or of the next worker.
    func leave() {
        for word in 0..<Self.size / 8 { unsafe joblib_shared_store(self.words + word, 0) }
        self[.index] = -1
    }
}
