// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibCluster

/// Keeps what batches are told, in order.
private final class Log: Sendable {
    let events = Mutex<[String]>([])
    private let changes = WaitWord()

    func note(_ event: String) {
        self.events.withLock { $0.append(event) }
        self.changes.advance()
    }

    var all: [String] { self.events.withLock { $0 } }

    /// Waits until so much has happened.
    func wait(for count: Int) -> Bool {
        let deadline = MonotonicClock.now + 30_000_000_000
        while self.all.count < count {
            let seen = self.changes.count
            if self.all.count >= count { return true }
            guard self.changes.wait(while: seen, spins: 10, until: deadline) else { return false }
        }
        return true
    }
}

private final class LoggingRelay: BatchRelay {
    let name: String
    let log: Log
    let isObsolete = false

    init(_ name: String, _ log: Log) {
        self.name = name
        self.log = log
    }

    func accept(_ answer: [UInt8]) { self.log.note("\(self.name): \(answer.count > 9 ? "large" : "\(answer)")") }
    func finish() { self.log.note("\(self.name): finished") }
    func fail(_ error: any Error) { self.log.note("\(self.name): \(error)") }
}

extension ResultQueue.Item {
    fileprivate static func answer(_ batch: Batch, _ bytes: [UInt8]) -> Self {
        .answer(batch, WorkerAnswer(bytes: bytes))
    }
}

@Suite("What hosts have said, until it is taken in", .timeLimit(.minutes(1)))
struct ResultInboxTests {
    private let log = Log()

    private func batch(_ name: String) -> Batch {
        Batch(payload: [], call: CallID(relayed: 1), LoggingRelay(name, self.log))
    }

    @Test("is taken in, in order, by whoever waits for results")
    func order() throws {
        let queue = ResultQueue(try ResultInbox(fullnessChanged: {}, foundUndone: { _ in }))
        queue.attend()
        defer { queue.unattend(isWaiting: false) }
        let (one, two) = (self.batch("one"), self.batch("two"))
        queue.add([.answer(one, [1]), .answer(two, [2]), .answer(one, [3])])
        queue.add([.finished(one, 1), .failed(two, HostLoss(description: "lost"))])
        // The inbox's own thread may be at it, since nobody came for a while.
        while queue.take() {}
        #expect(self.log.wait(for: 5))
        #expect(self.log.all == ["one: [1]", "two: [2]", "one: [3]", "one: finished", "two: lost"])
        #expect(!queue.take())
    }

    @Test("is taken in while nobody waits, by a thread of its own")
    func unattended() throws {
        let queue = ResultQueue(try ResultInbox(fullnessChanged: {}, foundUndone: { _ in }))
        for number in 0..<100 {
            let batch = self.batch("\(number)")
            queue.add([.answer(batch, [1]), .finished(batch, 1)])
        }
        #expect(self.log.wait(for: 200))
        #expect(self.log.all == (0..<100).flatMap { ["\($0): [1]", "\($0): finished"] })
    }

    @Test("is taken in after whoever waited has gone to sleep")
    func abandoned() throws {
        let queue = ResultQueue(try ResultInbox(fullnessChanged: {}, foundUndone: { _ in }))
        queue.attend()
        let batch = self.batch("one")
        queue.add([.finished(batch, 1)])
        queue.unattend(isWaiting: true)
        #expect(self.log.wait(for: 1))
    }

    @Test("is taken in though whoever was to come does not")
    func forgotten() throws {
        let queue = ResultQueue(try ResultInbox(fullnessChanged: {}, foundUndone: { _ in }))
        queue.attend()
        queue.unattend(isWaiting: false)
        let batch = self.batch("one")
        queue.add([.finished(batch, 1)])
        #expect(self.log.wait(for: 1))
        queue.attend()
        defer { queue.unattend(isWaiting: false) }
        let other = self.batch("two")
        queue.add([.finished(other, 1)])
        #expect(self.log.wait(for: 2))
    }

    @Test("waits for no other session's values that take their time", arguments: [true, false])
    func sessions(_ isTakenByCaller: Bool) throws {
        let inbox = try ResultInbox(fullnessChanged: {}, foundUndone: { _ in })
        let (slow, quick) = (ResultQueue(inbox), ResultQueue(inbox))
        let gate = Gate()
        let slowBatch = Batch(payload: [], call: CallID(relayed: 1), SlowRelay(gate))
        if isTakenByCaller { slow.attend() }
        slow.add([.answer(slowBatch, [0])])
        if isTakenByCaller { try PlatformThread.start(name: "caller") { while !slow.take() {} } }
        #expect(gate.waitUntilEntered())
        for number in 0..<100 {
            let batch = self.batch("\(number)")
            quick.add([.answer(batch, [1]), .finished(batch, 1)])
        }
        #expect(self.log.wait(for: 200))
        // Nor does it itself hold up what comes of it later.
        gate.open()
        let late = self.batch("late")
        slow.add([.finished(slowBatch, 1), .finished(late, 1)])
        if isTakenByCaller { slow.unattend(isWaiting: true) }
        #expect(self.log.wait(for: 201))
    }

    @Test("Answers of no bytes count as well")
    func empty() throws {
        let inbox = try ResultInbox(fullnessChanged: {}, foundUndone: { _ in })
        let queue = ResultQueue(inbox)
        let gate = Gate()
        let slow = Batch(payload: [], call: CallID(relayed: 1), SlowRelay(gate))
        queue.add([.answer(slow, [])])
        #expect(gate.waitUntilEntered())
        let count = ResultInbox.largestByteCount / ResultQueue.Item.ownByteCount
        queue.add([ResultQueue.Item](repeating: .answer(slow, []), count: count + 1))
        #expect(inbox.isFull)
        gate.open()
        let last = self.batch("last")
        queue.add([.finished(slow, 1), .finished(last, 1)])
        #expect(self.log.wait(for: 1))
        #expect(!inbox.isFull)
    }

    @Test("Hosts are not listened to while too much of it waits, and are again when it has become little")
    func fullness() throws {
        let changes = Mutex<[Bool]>([])
        let place = Mutex<ResultInbox?>(nil)
        let inbox = try ResultInbox(
            fullnessChanged: {
                let isFull = place.withLock { $0 }?.isFull ?? false
                changes.withLock { $0.append(isFull) }
            },
            foundUndone: { _ in }
        )
        place.withLock { $0 = inbox }
        let queue = ResultQueue(inbox)
        let gate = Gate()
        // Whoever takes this in is busy for a while.
        let slow = Batch(payload: [], call: CallID(relayed: 1), SlowRelay(gate))
        queue.add([.answer(slow, [0])])
        #expect(gate.waitUntilEntered())
        let size = ResultInbox.largestByteCount / 8
        let large = self.batch("large")
        for _ in 0..<8 { queue.add([.answer(large, Array(repeating: 0, count: size))]) }
        #expect(changes.withLock { $0 } == [true])
        queue.add([.answer(large, Array(repeating: 0, count: size))])
        #expect(changes.withLock { $0 } == [true])
        gate.open()
        #expect(self.log.wait(for: 9))
        #expect(changes.withLock { $0 } == [true, false])
        large.finish()
        slow.finish()
    }
}

private final class Gate: Sendable {
    private let entered = WaitWord()
    private let opened = WaitWord()

    private static var deadline: UInt64 { MonotonicClock.now + 30_000_000_000 }

    func enter() {
        self.entered.advance()
        _ = self.opened.wait(while: 0, spins: 10, until: Self.deadline)
    }

    func open() { self.opened.advance() }

    func waitUntilEntered() -> Bool { self.entered.wait(while: 0, spins: 10, until: Self.deadline) }
}

private final class SlowRelay: BatchRelay {
    private let gate: Gate
    let isObsolete = false

    init(_ gate: Gate) { self.gate = gate }

    func accept(_ answer: [UInt8]) { self.gate.enter() }
    func finish() {}
    func fail(_ error: any Error) {}
}
