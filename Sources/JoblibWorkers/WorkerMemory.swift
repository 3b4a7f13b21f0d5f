// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
import JoblibPOSIX

/// The memory that a worker on this host shares with its caller, and what stands where in it.
///
/// Each side writes what the other reads. The worker may be damaged by a task: what the caller reads is checked.
// SAFETY: the memory is held; what is in it is touched through C atomics, at constant places within its size.
@safe
struct WorkerMemory: @unchecked Sendable {
    private static let control = SpawnedProcess.recordByteCount
    private static let slot = Self.control
    private static let hellos = Self.control + 16
    private static let recall = Self.control + 64
    private static let requested = Self.control + 128
    private static let room = Self.control + 192
    private static let taken = Self.control + 256
    private static let cancelled = Self.control + 320
    private static let claims = Self.cancelled + 8 * Self.largestBatchCount

    /// How many batches the worker may have at once.
    static let largestBatchCount = 256

    /// Batches, from the caller.
    static let requests = SharedRingPlace(offset: Self.control + 8192, capacity: 1 << 17)

    /// Answers, from the worker.
    static let answers = SharedRingPlace(offset: Self.requests.offset + Self.requests.byteCount, capacity: 1 << 18)

    static let byteCount = Self.answers.offset + Self.answers.byteCount

    let file: SharedMemoryFile

    /// Moves when the caller has written a request, or wants the worker to look about.
    let requested: WaitWord

    /// Moves when the caller has taken answers out of their ring.
    let room: WaitWord

    init(_ file: SharedMemoryFile) {
        self.file = file
        self.requested = WaitWord(in: file, at: Self.requested)
        self.room = WaitWord(in: file, at: Self.room)
    }

    private func load(_ offset: Int) -> Int {
        Int(
            truncatingIfNeeded: unsafe joblib_shared_load(
                (self.file.start + offset).assumingMemoryBound(to: Int64.self)
            )
        )
    }

    private func store(_ value: Int, at offset: Int) {
        unsafe joblib_shared_store((self.file.start + offset).assumingMemoryBound(to: Int64.self), Int64(value))
    }

    // MARK: - What the worker is at

    /// The number of the batch and the index of the task that the worker is in; `nil` between tasks.
    var current: (batch: Int, task: Int)? {
        let task = self.load(Self.slot + 8)
        return task == 0 ? nil : (self.load(Self.slot) &- 1, task &- 1)
    }

    /// Notes which task the worker is in.
    func enter(batch: Int, task: Int) {
        self.store(batch + 1, at: Self.slot)
        // After the batch: who sees the one sees the other.
        self.store(task + 1, at: Self.slot + 8)
    }

    /// Notes that the worker is in none.
    func leave() { self.store(0, at: Self.slot + 8) }

    // MARK: - How far the worker has come

    /// How often it has said that it is up.
    var helloCount: Int { self.load(Self.hellos) }

    /// Notes that it says so; before it does, and before it takes any batch.
    func noteHello() { self.store(self.helloCount + 1, at: Self.hellos) }

    // MARK: - Arrays that the worker has placed

    /// How many of them the caller has got through with.
    var takenCount: Int { self.load(Self.taken) }

    /// Lets the worker use the place of so many again.
    func noteTaken(_ count: Int) { if count != self.takenCount { self.store(count, at: Self.taken) } }

    // MARK: - Whose a batch is

    // A batch that was sent is its worker's once it begins with it, and the caller's again if that is faster.
    private func claim(_ batch: Int, from expected: Int, to desired: Int) -> Bool {
        let address = unsafe self.file.start + Self.claims + 8 * (batch % Self.largestBatchCount)
        return unsafe joblib_shared_compare_exchange(
            address.assumingMemoryBound(to: Int64.self),
            Int64(4 * batch + expected),
            Int64(4 * batch + desired)
        ) != 0
    }

    /// Puts a batch up for its worker to begin with; by the caller, before it is sent.
    func offer(batch: Int) { self.store(4 * batch, at: Self.claims + 8 * (batch % Self.largestBatchCount)) }

    /// Begins with a batch; `false` when the caller has taken it back.
    func begin(batch: Int) -> Bool { self.claim(batch, from: 0, to: 1) }

    /// Takes a batch back that its worker has not begun with; `false` when it has.
    func takeBack(batch: Int) -> Bool { self.claim(batch, from: 0, to: 2) }

    // MARK: - What the caller wants

    /// Says that a batch is not wanted any more.
    func cancel(batch: Int) { self.store(batch + 1, at: Self.cancelled + 8 * (batch % Self.largestBatchCount)) }

    func isCancelled(batch: Int) -> Bool {
        self.load(Self.cancelled + 8 * (batch % Self.largestBatchCount)) == batch + 1
    }

    /// Asks for what has not begun of batches up to a number.
    func recall(upTo batch: Int) { self.store(batch + 1, at: Self.recall) }

    func isRecalled(batch: Int) -> Bool { self.load(Self.recall) > batch }
}
