// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import Synchronization

/// What hosts have said of the batches of one session, until somebody takes it in: in order, one thread at a time.
///
/// Taking it in decodes values, which is foreign code and may take as long as it likes, or run another loop on the same hosts: no other
/// session waits for it, nor the thread that keeps the connections.
final class ResultQueue: Sendable {
    enum Item {
        case answer(Batch, WorkerAnswer)
        case finished(Batch, LinkNumber)
        case failed(Batch, any Error)

        /// How much memory it has, about.
        var byteCount: Int {
            guard case .answer(_, let answer) = self else { return Self.ownByteCount }
            return Self.ownByteCount + answer.byteCount
        }

        /// What one has whatever it says.
        static let ownByteCount = 64
    }

    private let inbox: ResultInbox
    private let items = Mutex<[Item]>([])

    // Sequentially consistent, all of them: whoever adds does so first and looks then who would take it in; whoever ceases to take in
    // says so first and looks then whether there is anything. One of the two sees the other.

    private let hasNone = Atomic<Bool>(true)

    /// Whether a thread takes in.
    ///
    /// A flag and no mutex: a thread that finds it set goes on, also when it has set it itself.
    private let isTaking = Atomic<Bool>(false)
    private let attendants = Atomic<Int>(0)

    // Relaxed: where it is wrong the inbox's thread comes a millisecond late.
    /// Whether somebody has attended since the inbox's thread looked last, and may be about to do so again.
    private let wasAttended = Atomic<Bool>(false)

    /// Whether the inbox has it in its list.
    let isListed = Atomic<Bool>(false)

    init(_ inbox: ResultInbox) {
        self.inbox = inbox
    }

    /// Whether nothing is there that nobody is at.
    var isEmpty: Bool { self.hasNone.load(ordering: .sequentiallyConsistent) }

    /// Whether somebody takes in what comes, and says so when it ceases to.
    var hasAttendants: Bool { self.attendants.load(ordering: .sequentiallyConsistent) > 0 }

    /// Whether a thread takes in right now.
    var isBeingTaken: Bool { self.isTaking.load(ordering: .sequentiallyConsistent) }

    /// Whether somebody was at it a moment ago, and may be again in no time.
    var isExpected: Bool { self.wasAttended.load(ordering: .relaxed) }

    /// Adds what has come.
    func add(_ items: [Item]) {
        if items.isEmpty { return }
        self.inbox.add(items)
        self.items.withLock { $0 += items }
        self.hasNone.store(false, ordering: .sequentiallyConsistent)
        self.inbox.announce(self)
    }

    /// Takes in what has come, unless another thread is at it.
    ///
    /// - Returns: Whether there was anything.
    func take() -> Bool {
        if self.isEmpty || self.isTaking.exchange(true, ordering: .sequentiallyConsistent) { return false }
        self.hasNone.store(true, ordering: .sequentiallyConsistent)
        var items = self.items.withLock { items in
            defer { items = [] }
            return items
        }
        let isAnything = !items.isEmpty
        var taken = TakenResults(self.inbox)
        // Taken out one by one, none is copied.
        items.reverse()
        while let item = items.popLast() {
            switch item {
            case .answer(let batch, let answer): ArrivedResults.accept(answer, batch)
            case .finished(let batch, let link): if !batch.finish() { self.inbox.foundUndone(link) }
            case .failed(let batch, let error): batch.fail(error)
            }
            taken.note(item)
        }
        taken.tell()
        self.isTaking.store(false, ordering: .sequentiallyConsistent)
        return isAnything
    }

    /// Takes in until nothing is left, or another thread is at it.
    func takeAll() {
        while self.take() {}
        // That thread may be about to go.
        if !self.isEmpty { self.inbox.announce(self) }
    }

    /// A thread begins to call ``take()`` again and again.
    func attend() {
        self.attendants.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if !self.wasAttended.load(ordering: .relaxed) { self.wasAttended.store(true, ordering: .relaxed) }
    }

    /// It has ceased to.
    ///
    /// - Parameter isWaiting: Whether somebody else has to take in what comes now.
    func unattend(isWaiting: Bool) {
        if isWaiting { self.wasAttended.store(false, ordering: .relaxed) }
        self.attendants.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        if self.isEmpty { return }
        if isWaiting { self.inbox.announce(self) } else { self.inbox.expect(self) }
    }

    /// Some time has passed: whoever has attended meanwhile, and does not now, may not come again.
    func forgetAttendants() { self.wasAttended.store(false, ordering: .relaxed) }
}

/// What one thread has taken in and not told the inbox yet, which is told now and then.
private struct TakenResults {
    private static let usualByteCount = 64 << 10

    private let inbox: ResultInbox
    private var byteCount = 0

    init(_ inbox: ResultInbox) {
        self.inbox = inbox
    }

    mutating func note(_ item: ResultQueue.Item) {
        self.byteCount += item.byteCount
        if self.byteCount >= Self.usualByteCount { self.tell() }
    }

    mutating func tell() {
        self.inbox.remove(self.byteCount)
        self.byteCount = 0
    }
}
