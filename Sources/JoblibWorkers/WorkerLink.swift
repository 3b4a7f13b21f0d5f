// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
package import JoblibPOSIX
import Synchronization

/// The caller's side of the conversation with one worker that shares memory with it.
///
/// Any thread may hand batches in, and any thread may take answers in: whoever waits for them does.
// SAFETY: `receiver` is touched by the thread alone that has set `isReceiving`; the rest are constants, a mutex, and an atomic.
package final class WorkerLink: @unchecked Sendable {
    /// What a worker says that is of no batch.
    package enum Event: Sendable {
        /// It has come up.
        case ready

        /// What it was to do first has failed.
        case notInitialized(String)

        /// It takes no batch any more, and ends.
        case leaving

        /// What it has written into the memory makes no sense.
        case broken

        /// It has refused a batch, having enough, and would take one now.
        case hasRoom
    }

    private struct State {
        var sender: RingSender

        /// What the worker has, in the order in which it was sent.
        var batches: [(number: Int, batch: Batch)] = []
        var next = 0

        /// Which batches, below this number, were asked for.
        var recalled = 0
        var hasBegun = false
        var isLeaving = false
        var isOver = false
    }

    private let memory: WorkerMemory
    private let results: WorkerResults
    private let state: Mutex<State>
    private var receiver: RingReceiver
    // In a struct: the compiler wraps a closure that is a mutex's very value once more at each access, and keeps that; the end of a hundred
    // thousand of them overflows the stack.
    private struct Listener: Sendable {
        var hear: (@Sendable (Event) -> Void)?
    }

    private let listener = Mutex(Listener())

    // A flag and no mutex: a thread that finds it set goes on, also when it has set it itself.
    //
    // Acquiring and releasing: the next one sees what the last has read.
    private let isReceiving = Atomic<Bool>(false)

    /// Whether ``finish(_:)`` waits for another thread to get through; relaxed, since it looks again in any case.
    private let isAwaited = Atomic<Bool>(false)
    private let received = WaitWord()

    /// After which time it looks again, in nanoseconds.
    private static let lookAgain: UInt64 = 1_000_000

    // What is known under the lock, for those who look before they take it. Relaxed: set under the lock, which whoever changes what
    // they speak of takes before it looks; and of what waits for room the worker makes known that there is some.

    private let count = Atomic<Int>(0)

    /// Whether a batch was refused since the worker had enough.
    private let hasRefused = Atomic<Bool>(false)

    /// Whether something waits for room in the ring of batches, or that is broken.
    private let hasWaiting = Atomic<Bool>(false)

    // Hints, relaxed: what comes of a wrong one is that a batch is with another worker.

    /// Since when the worker has been at the batch that it has had for the longest time, in nanoseconds of the monotonic clock.
    private let busySince = Atomic<UInt64>(0)

    /// How long the last one took, there and back, in nanoseconds.
    private let lastTime = Atomic<UInt64>(.max)

    /// How much memory a worker needs for it.
    package static let memoryByteCount = WorkerMemory.byteCount

    /// Makes the memory for a worker.
    ///
    /// - Returns: Memory to start the worker with.
    /// - Throws: ``SystemError`` when there is none to be had.
    package static func makeMemory() throws(SystemError) -> SharedMemoryFile {
        try SharedMemoryFile(name: "joblib-worker", byteCount: WorkerMemory.byteCount)
    }

    /// Begins a conversation.
    ///
    /// - Parameters:
    ///   - memory: What ``makeMemory()`` has made.
    ///   - arena: Where the worker leaves large results.
    ///   - region: The number of its region there.
    package init(_ memory: SharedMemoryFile, _ arena: SharedArena, region: Int) {
        self.memory = WorkerMemory(memory)
        self.results = WorkerResults(arena, region: region, self.memory)
        self.state = Mutex(State(sender: RingSender(SharedRingWriter(memory, WorkerMemory.requests))))
        self.receiver = RingReceiver(SharedRingReader(memory, WorkerMemory.answers))
    }

    /// Has a closure called with what the worker says that is of no batch, by whatever thread takes it in.
    package func listen(_ hear: @escaping @Sendable (Event) -> Void) { self.listener.withLock { $0.hear = hear } }

    private func tell(_ event: Event) { self.listener.withLock { $0.hear }?(event) }

    /// How often the worker has said that it is up: first, and after what it was to do before its first batch.
    ///
    /// Known without taking in what it has said, among which are values whose decoding is the user's code.
    package var helloCount: Int { self.memory.helloCount }

    /// How many batches the worker has.
    package var batchCount: Int { self.count.load(ordering: .relaxed) }

    /// For how short a time a worker is at a batch for which another one need not be woken, which takes twice as long.
    private static let quickTime: UInt64 = 40_000

    /// How many batches at most wait for a worker that is quick.
    private static let quickCount = 4

    /// Whether the worker has something to do that it will be done with before another one could begin.
    package func isQuick(now: UInt64) -> Bool {
        1..<Self.quickCount ~= self.batchCount && self.lastTime.load(ordering: .relaxed) < Self.quickTime
            && now < self.busySince.load(ordering: .relaxed) + Self.quickTime
    }

    /// Does something to what is known, under the lock.
    private func update<Result>(_ body: (inout State) -> Result) -> Result {
        self.state.withLock { state in
            defer {
                self.count.store(state.batches.count, ordering: .relaxed)
                let hasWaiting = !state.sender.isEmpty || state.sender.isBroken
                self.hasWaiting.store(hasWaiting, ordering: .relaxed)
            }
            return body(&state)
        }
    }

    /// Has the worker do something before its first batch.
    package func initialize(_ payload: [UInt8]) {
        self.update { $0.sender.send(WorkerFrame(.initialize, 0, payload)) }
        self.memory.requested.advance()
    }

    /// Tells the worker to end by itself; for one that has nothing to do.
    package func leave() {
        self.update { state in
            state.isLeaving = true
            state.sender.send(WorkerFrame(.leaving, 0))
        }
        self.memory.requested.advance()
    }

    /// Tells the worker its index, which it takes note of before its next batch, and need not be woken for.
    package func place(_ index: Int) {
        self.update { $0.sender.send(WorkerFrame(.place, UInt64(index))) }
    }

    /// Tells the worker that the arrays of a call are not needed any more.
    package func forget(call: UInt64) {
        self.update { $0.sender.send(WorkerFrame(.forget, call)) }
        self.memory.requested.advance()
    }

    /// Hands a batch to the worker, without waiting.
    ///
    /// - Parameters:
    ///   - batch: The batch.
    ///   - limit: How many the worker may have then.
    /// - Returns: Whether it was taken; not when the worker has enough, or ends.
    package func send(_ batch: Batch, upTo limit: Int) -> Bool {
        let payload = batch.payload
        let isTaken = self.update { state in
            guard !state.isOver, !state.isLeaving else { return false }
            // Numbers that are as far apart share a place in the memory.
            let oldest = state.batches.first?.number ?? state.next
            guard state.batches.count < limit, state.next - oldest < WorkerMemory.largestBatchCount else {
                self.hasRefused.store(true, ordering: .relaxed)
                return false
            }
            if state.batches.isEmpty { self.busySince.store(MonotonicClock.now, ordering: .relaxed) }
            state.batches.append((state.next, batch))
            self.memory.offer(batch: state.next)
            state.sender.send(WorkerFrame(.run, UInt64(state.next), payload))
            state.next += 1
            return true
        }
        if isTaken { self.memory.requested.advance() }
        return isTaken
    }

    /// Tells the worker which batches are not wanted any more; each is still completed.
    ///
    /// - Returns: Whether it has one of the call.
    @discardableResult
    package func cancel(_ call: CallID) -> Bool {
        let numbers = self.state.withLock { $0.batches.filter { $0.batch.call == call }.map(\.number) }
        for number in numbers { self.memory.cancel(batch: number) }
        for batch in self.takeBack(where: { $1.call == call }) {
            batch.fail(BatchNotBegun(description: "its call is over", isReturned: true))
        }
        self.tellOfRoom()
        return !numbers.isEmpty
    }

    /// Whether the worker has anything that another could do.
    package var hasMoreThanIsRecalled: Bool {
        self.state.withLock { state in state.batches.last.map { $0.number >= state.recalled } ?? false }
    }

    /// Whether the worker has a batch of a call.
    package func has(_ call: CallID) -> Bool { self.state.withLock { $0.batches.contains { $0.batch.call == call } } }

    /// Asks for what the worker has not begun of the batches that it has now.
    ///
    /// - Parameter keepsFirst: Whether one stays that is being written: a large one may be on its way for long, and it would be sent
    ///   again and again.
    package func recall(keepsFirst: Bool) {
        let (kept, last) = self.state.withLock { state in
            let first = keepsFirst && state.hasBegun ? state.batches.first?.number : nil
            let kept = first.flatMap { state.sender.isWriting(.run, UInt64($0)) ? $0 : nil }
            state.recalled = kept ?? state.next
            return (kept, state.batches.last?.number)
        }
        // The one that it is at it gives back between two tasks; the others, behind what may be a long task, are had at once.
        if let last, kept == nil { self.memory.recall(upTo: last) }
        for batch in self.takeBack(where: { number, _ in number != kept }) {
            batch.fail(BatchNotBegun(description: "its worker has not come to it", isReturned: true))
        }
        self.tellOfRoom()
    }

    /// Takes back what the worker has not begun with.
    private func takeBack(where isWanted: (Int, Batch) -> Bool) -> [Batch] {
        self.update { state in
            var taken: [(number: Int, batch: Batch)] = []
            state.batches.removeAll { number, batch in
                guard isWanted(number, batch), self.memory.takeBack(batch: number) else { return false }
                taken.append((number, batch))
                return true
            }
            for (number, _) in taken { state.sender.withdraw(.run, UInt64(number)) }
            return taken.map(\.batch)
        }
    }

    /// Takes in what the worker has said, in the calling thread, and sends what had found no room.
    ///
    /// - Returns: Whether there was anything.
    @discardableResult
    package func receive() -> Bool { self.receiveUnlessBusy() ?? false }

    /// The same, and `nil` while another thread is at it.
    package func receiveUnlessBusy() -> Bool? {
        guard !self.isReceiving.exchange(true, ordering: .acquiringAndReleasing) else { return nil }
        defer {
            self.isReceiving.store(false, ordering: .releasing)
            if self.isAwaited.load(ordering: .relaxed) { self.received.advance() }
        }
        var isAnything = false
        self.receiver.hasMadeRoom = false
        while let frame = self.receiver.next() {
            isAnything = true
            self.take(frame)
        }
        // The worker may be waiting for it.
        if self.receiver.hasMadeRoom { self.memory.room.advance() }
        var isBroken = self.receiver.isBroken
        if self.hasWaiting.load(ordering: .relaxed) {
            let isSent = self.update { state in
                let isSent = !state.sender.isEmpty && state.sender.flush()
                if state.sender.isBroken { isBroken = true }
                return isSent
            }
            if isSent { self.memory.requested.advance() }
        }
        if isBroken { self.tell(.broken) }
        if isAnything { self.tellOfRoom() }
        return isAnything
    }

    /// Says so when a worker that had enough has finished with something.
    private func tellOfRoom() {
        guard self.hasRefused.load(ordering: .relaxed), self.hasRefused.exchange(false, ordering: .relaxed) else {
            return
        }
        self.tell(.hasRoom)
    }

    private func take(_ frame: WorkerFrame) {
        let number = Int(truncatingIfNeeded: frame.number)
        switch frame.kind {
        case .answer:
            self.accept(frame, self.state.withLock { $0.batches.first { $0.number == number }?.batch })
        case .lastAnswer:
            let batch = self.remove(number)
            self.accept(frame, batch)
            batch?.finish()
        case .finished: self.remove(number)?.finish()
        case .returned:
            self.remove(number)?.fail(BatchNotBegun(description: "its worker has given it back", isReturned: true))
        case .refused:
            let reason = String(decoding: frame.bytes.prefix(1000), as: UTF8.self)
            self.remove(number)?.fail(ParallelError(.poolUnhealthy, "the worker refused it: \(reason)"))
        case .hello:
            self.state.withLock { $0.hasBegun = true }
            self.tell(.ready)
        case .notInitialized: self.tell(.notInitialized(String(decoding: frame.bytes.prefix(10_000), as: UTF8.self)))
        case .leaving:
            self.state.withLock { $0.isLeaving = true }
            self.tell(.leaving)
        case .run, .cancel, .initialize, .place, .forget: break
        }
    }

    private func accept(_ answer: WorkerFrame, _ batch: Batch?) {
        let relay = answer.placed.isEmpty ? nil : batch?.relay as? any ResultsRelay
        if let relay {
            guard let results = self.results.note(answer.placedCount, reading: answer.placed) else {
                return self.tell(.broken)
            }
            relay.bring(results)
            batch?.accept(answer.bytes)
        } else {
            batch?.accept(answer.bytes)
            // Only now: it was read meanwhile.
            if self.results.note(answer.placedCount, reading: []) == nil { self.tell(.broken) }
        }
    }

    /// Gives back the memory of large results of a worker that has nothing to do and begins with nothing meanwhile.
    package func trimResults() { self.results.trim() }

    /// Gives back the memory of large results of a worker that has ended.
    package func abandonResults() { self.results.abandon() }

    private func remove(_ number: Int) -> Batch? {
        self.update { state in
            guard let place = state.batches.firstIndex(where: { $0.number == number }) else { return nil }
            let now = MonotonicClock.now
            self.lastTime.store(now - min(now, self.busySince.load(ordering: .relaxed)), ordering: .relaxed)
            self.busySince.store(now, ordering: .relaxed)
            return state.batches.remove(at: place).batch
        }
    }

    /// Completes the batches that a worker still had whose process has ended, after all that it has said was taken in.
    ///
    /// - Parameter death: What has become of it, given the index of the task that it was in. Its batch is told so; nothing is held
    ///   against the others.
    package func finish(_ death: (_ task: Int) -> any Error) {
        self.isAwaited.store(true, ordering: .relaxed)
        while true {
            let seen = self.received.count
            guard self.isReceiving.exchange(true, ordering: .acquiringAndReleasing) else { break }
            // It may be at a value whose decoding takes its time.
            self.received.wait(while: seen, until: MonotonicClock.now + Self.lookAgain)
        }
        while let frame = self.receiver.next() { self.take(frame) }
        self.isReceiving.store(false, ordering: .releasing)
        let (batches, isBlamed, hasBegun) = self.update { state in
            state.isOver = true
            defer { state.batches = [] }
            return (state.batches, state.hasBegun && !state.isLeaving, state.hasBegun)
        }
        let current = isBlamed ? self.memory.current : nil
        for (number, batch) in batches {
            if let current, current.batch == number {
                batch.fail(death(current.task))
            } else {
                // Of one that has never come up no batch is lost: whoever starts workers sees to it that this ends.
                batch.fail(BatchNotBegun(description: "its worker is gone", isReturned: !hasBegun))
            }
        }
    }
}
