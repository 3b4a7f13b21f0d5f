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

@Suite("What hosts have said, until it is taken in", .timeLimit(.minutes(1)))
struct ResultInboxTests {
    private let log = Log()

    private func batch(_ name: String) -> Batch {
        Batch(payload: [], call: CallID(relayed: 1), LoggingRelay(name, self.log))
    }

    @Test("is taken in, in order, by whoever waits for results")
    func order() throws {
        let inbox = try ResultInbox(fullnessChanged: {}, foundUndone: { _ in })
        inbox.attend()
        defer { inbox.unattend(isWaiting: false) }
        let (one, two) = (self.batch("one"), self.batch("two"))
        inbox.add([.answer(one, [1]), .answer(two, [2]), .answer(one, [3])])
        inbox.add([.finished(one, 1), .failed(two, HostLoss(description: "lost"))])
        // The inbox's own thread may be at it, since nobody came for a while.
        while inbox.take() {}
        #expect(self.log.wait(for: 5))
        #expect(self.log.all == ["one: [1]", "two: [2]", "one: [3]", "one: finished", "two: lost"])
        #expect(!inbox.take())
    }

    @Test("is taken in while nobody waits, by a thread of its own")
    func unattended() throws {
        let inbox = try ResultInbox(fullnessChanged: {}, foundUndone: { _ in })
        for number in 0..<100 {
            let batch = self.batch("\(number)")
            inbox.add([.answer(batch, [1]), .finished(batch, 1)])
        }
        #expect(self.log.wait(for: 200))
        #expect(self.log.all == (0..<100).flatMap { ["\($0): [1]", "\($0): finished"] })
    }

    @Test("is taken in after whoever waited has gone to sleep")
    func abandoned() throws {
        let inbox = try ResultInbox(fullnessChanged: {}, foundUndone: { _ in })
        inbox.attend()
        let batch = self.batch("one")
        inbox.add([.finished(batch, 1)])
        inbox.unattend(isWaiting: true)
        #expect(self.log.wait(for: 1))
    }

    @Test("is taken in when whoever took in does something else")
    func distracted() throws {
        let inbox = try ResultInbox(fullnessChanged: {}, foundUndone: { _ in })
        inbox.attend()
        inbox.add([.finished(self.batch("one"), 1)])
        while inbox.take() {}
        inbox.add([.finished(self.batch("two"), 1)])
        inbox.unattend(isWaiting: false)
        #expect(self.log.wait(for: 2))
        #expect(self.log.all == ["one: finished", "two: finished"])
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
        let gate = Gate()
        // Whoever takes this in is busy for a while.
        let slow = Batch(payload: [], call: CallID(relayed: 1), SlowRelay(gate))
        inbox.add([.answer(slow, [0])])
        #expect(gate.waitUntilEntered())
        let size = ResultInbox.largestByteCount / 8
        let large = self.batch("large")
        for _ in 0..<8 { inbox.add([.answer(large, Array(repeating: 0, count: size))]) }
        #expect(changes.withLock { $0 } == [true])
        inbox.add([.answer(large, Array(repeating: 0, count: size))])
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
