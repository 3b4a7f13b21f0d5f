// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import Synchronization
import Testing

/// Keeps what comes of a batch.
private final class Relay: BatchRelay {
    let events = Mutex<[String]>([])
    let errors = Mutex<[any Error]>([])
    let isUnwanted = Atomic<Bool>(false)
    private let completion = WaitWord()

    var isObsolete: Bool { self.isUnwanted.load(ordering: .relaxed) }

    func accept(_ answer: [UInt8]) { self.note("answer \(answer)") }

    func finish() {
        self.note("finish")
        self.completion.advance()
    }

    func fail(_ error: any Error) {
        self.errors.withLock { $0.append(error) }
        self.note("fail")
        self.completion.advance()
    }

    private func note(_ event: String) { self.events.withLock { $0.append(event) } }

    var all: [String] { self.events.withLock { $0 } }
    var error: (any Error)? { self.errors.withLock { $0.first } }

    /// Waits until the batch is completed, which may be on another thread.
    func wait() -> Bool { self.completion.wait(while: 0, spins: 100, until: MonotonicClock.now + 30_000_000_000) }
}

@Suite("Batches of another process's call", .timeLimit(.minutes(1)))
struct BatchRelayTests {
    private let relay = Relay()

    private func batch(_ payload: [UInt8] = [1, 2, 3]) -> Batch {
        Batch(payload: payload, call: CallID(relayed: 7), self.relay)
    }

    @Test("have their payload and the call that they were given, and are wanted as long as the relay says so")
    func facts() {
        let batch = self.batch()
        #expect(batch.payload == [1, 2, 3])
        #expect(batch.call == CallID(relayed: 7))
        #expect(batch.call.number == 7)
        #expect(CallID(relayed: 7) != CallID(relayed: 8))
        #expect(!batch.isObsolete)
        self.relay.isUnwanted.store(true, ordering: .relaxed)
        #expect(batch.isObsolete)
        batch.finish()
    }

    @Test("hand on answers in order, then one completion, and nothing more")
    func order() {
        let batch = self.batch()
        batch.accept([1])
        batch.accept([])
        batch.accept([2, 3])
        batch.finish()
        batch.accept([4])
        batch.finish()
        batch.fail(BatchNotBegun(description: "too late"))
        #expect(self.relay.all == ["answer [1]", "answer []", "answer [2, 3]", "finish"])
    }

    @Test("fail with the very error that they were failed with")
    func errors() throws {
        var death = WorkerDeath(reason: .terminated(signal: 11), description: "ended")
        death.taskIndex = 3
        self.batch().fail(death)
        #expect(self.relay.error as? WorkerDeath == death)
        let other = Relay()
        Batch(payload: [], call: CallID(relayed: 1), other).fail(BatchNotBegun(description: "no", isReturned: true))
        #expect((other.error as? BatchNotBegun)?.isReturned == true)
        #expect(other.all == ["fail"])
    }

    @Test("are refused by a backend that runs batches in this process")
    func running() throws {
        self.batch().run()
        #expect(self.relay.all == ["fail"])
        #expect((self.relay.error as? ParallelError)?.code == .poolUnhealthy)
    }

    @Test("fail when they are let go of, and are done with when nobody wants them")
    func lettingGo() throws {
        do { _ = self.batch() }
        #expect(self.relay.wait())
        #expect((self.relay.error as? ParallelError)?.detail.contains("let go of") == true)
        let unwanted = Relay()
        unwanted.isUnwanted.store(true, ordering: .relaxed)
        do { _ = Batch(payload: [], call: CallID(relayed: 1), unwanted) }
        #expect(unwanted.wait())
        #expect(unwanted.all == ["finish"])
    }

    @Test("keep nothing of their relay once they are gone")
    func release() {
        weak var gone: Relay?
        do {
            let relay = Relay()
            gone = relay
            Batch(payload: [], call: CallID(relayed: 1), relay).finish()
        }
        #expect(gone == nil)
    }
}
