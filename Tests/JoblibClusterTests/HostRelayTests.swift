// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibWire
import JoblibWorkers
import Synchronization
import Testing

@testable import JoblibCluster

/// A pool that keeps what it is given, and does nothing of it by itself.
private final class FakePool: ShippingBackend {
    struct State {
        var requests: [BackendRequest] = []
        var opened: [Int] = []
        var batches: [Batch] = []
        var events: [String] = []
        var openError: (any Error)?
        var submitError: (any Error)?
    }

    let state = Mutex(State())
    let name: String

    /// Registers it under a name of the test's own.
    init(_ test: String = #function) {
        self.name = "HostRelayTests.\(test)"
        registerParallelBackend(self.name) { [self] request in
            self.state.withLock { $0.requests.append(request) }
            return self
        }
    }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        return capabilities
    }

    var taskCoder: any TaskCoder { BinaryCoder(trust: .none) }

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        try self.state.withLock { state in
            if let error = state.openError { throw error }
            state.opened.append(request.workers)
        }
        return FakeSession(self)
    }

    func note(_ event: String) { self.state.withLock { $0.events.append(event) } }

    var events: [String] { self.state.withLock { $0.events } }
    var batches: [Batch] { self.state.withLock { $0.batches } }
}

private final class FakeSession: RecallingSession {
    private let pool: FakePool

    init(_ pool: FakePool) { self.pool = pool }

    func submit(_ batch: Batch) throws {
        try self.pool.state.withLock { state in
            if let error = state.submitError { throw error }
            state.batches.append(batch)
        }
    }

    func recall() { self.pool.note("recall") }
    func cancel(_ call: CallID) { self.pool.note("cancel \(call.number)") }
    func close() { self.pool.note("close") }
}

/// What the coordinator is told.
private final class Coordinators: Sendable {
    let messages = Mutex<[HostMessage]>([])
    let emptied = Atomic<Int>(0)

    func relay(_ pool: FakePool) -> HostRelay {
        HostRelay(
            backend: pool.name,
            slots: 8,
            send: { message in self.messages.withLock { $0.append(message) } },
            sendAnswer: { batch, _, _ in Issue.record("a large array of \(batch)") },
            didEmpty: { self.emptied.add(1, ordering: .relaxed) }
        )
    }

    var all: [HostMessage] { self.messages.withLock { $0 } }
    var emptyCount: Int { self.emptied.load(ordering: .relaxed) }
}

@Suite("A host's side of a connection", .timeLimit(.minutes(1)))
struct HostRelayTests {
    private let coordinator = Coordinators()

    private static let parameters = try? HostParameters(
        BackendRequest(name: "tcp", parameters: [.maxTasksPerWorker(3)])
    )
    .encoded

    private func open(_ relay: HostRelay, _ grant: GrantNumber = 1, workers: Int = 2) {
        #expect(relay.receive(.open(grant, workers: workers, parameters: Self.parameters ?? [])))
    }

    @Test("opens its own pool as it was told, and hands batches on with what comes of them")
    func run() throws {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        self.open(relay)
        #expect(pool.state.withLock { $0.opened } == [2])
        let request = try #require(pool.state.withLock { $0.requests.first })
        #expect(try request.parameter("maxTasksPerWorker") as Int? == 3)
        #expect(relay.receive(.run(10, 1, payload: [1, 2])))
        #expect(relay.receive(.run(11, 1, payload: [3])))
        #expect(pool.batches.map(\.payload) == [[1, 2], [3]])
        #expect(relay.batchCount == 2)
        pool.batches[0].accept([9])
        pool.batches[0].finish()
        pool.batches[1].fail(BatchNotBegun(description: "no"))
        #expect(self.coordinator.all == [.answer(10, [9]), .finished(10), .failed(11, .returned)])
        #expect(relay.batchCount == 0)
        #expect(self.coordinator.emptyCount == 0)
    }

    @Test("tells what its workers died of, and what nobody is to blame for")
    func failures() throws {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        self.open(relay)
        for number in 1...2 as ClosedRange<UInt64> { #expect(relay.receive(.run(number, 1, payload: []))) }
        var death = WorkerDeath(reason: .terminated(signal: 11), description: "ended by SIGSEGV")
        (death.taskIndex, death.pid) = (4, 4711)
        pool.batches[0].fail(death)
        pool.batches[1].fail(ParallelError(.poolUnhealthy, String(repeating: "x", count: 10_000)))
        let messages = self.coordinator.all
        guard case .failed(1, .died(let notice)) = messages.first, case .failed(2, .lost(let why)) = messages.last
        else {
            Issue.record("\(messages)")
            return
        }
        #expect(notice.signal == 11 && notice.taskIndex == 4 && notice.pid == 4711)
        #expect(why.utf8.count <= 2000)
    }

    @Test("gives back what is for a grant that it does not have, or for one that was closed")
    func unknownGrants() {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        #expect(relay.receive(.run(1, 9, payload: [])))
        self.open(relay)
        #expect(relay.receive(.close(1)))
        #expect(relay.receive(.run(2, 1, payload: [])))
        #expect(self.coordinator.all == [.failed(1, .returned), .failed(2, .returned)])
        #expect(pool.events == ["close"])
        #expect(relay.batchCount == 0)
    }

    @Test("passes on that a batch is not wanted, and that some are wanted back")
    func cancelling() {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        self.open(relay)
        #expect(relay.receive(.run(5, 1, payload: [])))
        #expect(!pool.batches[0].isObsolete)
        #expect(relay.receive(.recall(1)))
        #expect(relay.receive(.recall(2)))
        #expect(relay.receive(.cancel(5)))
        #expect(relay.receive(.cancel(6)))
        #expect(pool.batches[0].isObsolete)
        #expect(pool.events == ["recall", "cancel 5"])
        pool.batches[0].finish()
        #expect(self.coordinator.all == [.finished(5)])
    }

    @Test("refuses a grant that its pool cannot be opened for, or that makes no sense")
    func refusals() throws {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        pool.state.withLock { $0.openError = ParallelError(.noWorkers, "none is left") }
        self.open(relay, 1)
        pool.state.withLock { $0.openError = CancellationError() }
        self.open(relay, 2)
        #expect(relay.receive(.open(3, workers: 1, parameters: [0xFF, 0xFF])))
        let refusals = self.coordinator.all.compactMap { message -> String? in
            guard case .refused(let grant, let refusal) = message else { return nil }
            return "\(grant) \(refusal.code)"
        }
        #expect(refusals == ["1 noWorkers", "2 startupFailed", "3 startupFailed"])
        // A pool that takes no batch will not take the next one either.
        pool.state.withLock {
            $0.openError = nil
            $0.submitError = ParallelError(.poolUnhealthy, "broken")
        }
        self.open(relay, 4)
        #expect(relay.receive(.run(7, 4, payload: [])))
        #expect(relay.batchCount == 0)
        let last = self.coordinator.all.suffix(2)
        guard case .failed(7, .returned) = last.first, case .refused(4, _) = last.last else {
            Issue.record("\(last)")
            return
        }
    }

    @Test("takes no number twice, and nothing that only hosts say")
    func nonsense() {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        self.open(relay)
        #expect(relay.receive(.run(1, 1, payload: [])))
        #expect(relay.receive(.run(1, 1, payload: [])))
        #expect(pool.batches.count == 1)
        for message: HostMessage in [.answer(1, []), .finished(1), .lastAnswer(1, []), .failed(1, .returned), .leaving]
        {
            #expect(!relay.receive(message))
        }
        #expect(relay.receive(.heartbeat(interval: 1)))
        pool.batches[0].finish()
    }

    @Test("that leaves says so, takes nothing more, and is empty when it has ended what it had")
    func leaving() {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        self.open(relay)
        #expect(relay.receive(.run(1, 1, payload: [])))
        relay.leave()
        #expect(relay.receive(.run(2, 1, payload: [])))
        #expect(self.coordinator.all == [.leaving, .failed(2, .returned)])
        #expect(self.coordinator.emptyCount == 0)
        pool.batches[0].finish()
        #expect(self.coordinator.all.last == .finished(1))
        #expect(self.coordinator.emptyCount == 1)
    }

    @Test("has no more than so many times its slots for all calls of its coordinator together, and says so")
    func crowd() {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        for grant in 1...UInt64(HostRelay.largestCrowd) { self.open(relay, grant, workers: 8) }
        self.open(relay, 99, workers: 1)
        guard case .refused(99, let refusal)? = self.coordinator.all.last else {
            Issue.record("it was taken: \(self.coordinator.all)")
            return
        }
        #expect(refusal.code == "resourceExhausted" && refusal.detail.contains("fewer calls"), "\(refusal)")
        #expect(relay.receive(.close(3)))
        self.open(relay, 100, workers: 8)
        #expect(self.coordinator.all.count == 1)
        #expect(pool.state.withLock { $0.opened.count } == HostRelay.largestCrowd + 1)
    }

    @Test("has no more workers than slots, and sets none of the variables by which a program runs other code")
    func boundsOfTrust() throws {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        let plain = try HostParameters(BackendRequest(name: "tcp")).encoded
        #expect(relay.receive(.open(1, workers: 9, parameters: plain)))
        for name in ["LD_PRELOAD", "LD_AUDIT", "PATH", "JOBLIB_WORKER", "GLIBC_TUNABLES", "PYTHONSTARTUP"] {
            let request = BackendRequest(name: "tcp", parameters: [.environment([name: "x"])])
            let error = #expect(throws: ParallelError.self) { try HostParameters(request) }
            #expect(error?.detail.contains(name) == true)
            // From a coordinator that does not look at it itself.
            var bytes = try HostParameters(
                BackendRequest(
                    name: "tcp",
                    parameters: [.environment([String(repeating: "x", count: name.count): "x"])]
                )
            )
            .encoded
            let place = try #require(bytes.firstRange(of: Array(repeating: UInt8(ascii: "x"), count: name.count)))
            bytes.replaceSubrange(place, with: Array(name.utf8))
            #expect(relay.receive(.open(2, workers: 1, parameters: bytes)))
            guard case .refused(2, let refusal)? = self.coordinator.all.last else {
                Issue.record("\(name) was taken: \(self.coordinator.all)")
                continue
            }
            #expect(refusal.detail.contains(name))
        }
        #expect(self.coordinator.all.count == 7)
        #expect(pool.events == [])
    }

    @Test("whose connection has ended tells nobody anything, and gives up what it has")
    func ending() {
        let pool = FakePool()
        let relay = self.coordinator.relay(pool)
        self.open(relay, 1)
        #expect(relay.receive(.run(1, 1, payload: [])))
        relay.end()
        #expect(pool.batches[0].isObsolete)
        // A worker whose task heeds that stays for the next coordinator.
        #expect(pool.events == ["cancel 1"])
        pool.batches[0].accept([1])
        pool.batches[0].finish()
        #expect(pool.events == ["cancel 1", "close"])
        #expect(self.coordinator.all == [])
        #expect(self.coordinator.emptyCount == 1)
        // Nobody would have any use for another session.
        self.open(relay, 2)
        #expect(pool.events == ["cancel 1", "close"])
    }
}
