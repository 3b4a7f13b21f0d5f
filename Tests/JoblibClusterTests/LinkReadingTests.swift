// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibCluster

@Suite("Frames that are not whole")
struct LinkReadingTests {
    private static let much = LinkReading.largestByteCount * 3 / 4

    @Test("grow all of them while they are small together, and then that alone which has the most")
    func choice() {
        var reading = LinkReading()
        func note(_ byteCount: Int, of link: LinkNumber) -> Bool { reading.note(byteCount, of: link) }
        #expect(!note(Self.much, of: 2))
        #expect((1...3).allSatisfy { reading.isRead($0, isFull: false) })
        #expect(note(Self.much / 2, of: 1))
        #expect((1...3).map { reading.isRead($0, isFull: false) } == [false, true, false])
        #expect((1...3).allSatisfy { !reading.isRead($0, isFull: true) })
        // It stays that one until its frame is whole, also when another one has become larger.
        #expect(!note(Self.much * 2, of: 3))
        #expect(reading.chosen == 2)
        #expect(note(0, of: 2))
        #expect(reading.chosen == 3)
        let isChanged = reading.forget(3)
        #expect(isChanged)
        #expect((1...3).allSatisfy { reading.isRead($0, isFull: false) })
    }

    @Test("of the same size grow in the order of their connections")
    func ties() {
        var reading = LinkReading()
        func note(_ byteCount: Int, of link: LinkNumber) -> Bool { reading.note(byteCount, of: link) }
        #expect(!note(Self.much, of: 2))
        #expect(note(Self.much, of: 1))
        #expect(reading.chosen == 1)
    }

    @Test("and do not get on, while others wait, are given up after three heartbeats")
    func standstill() {
        var reading = LinkReading()
        func beat(_ link: LinkNumber = 1) -> Bool { reading.isStuck(link) }
        _ = reading.note(Self.much, of: 1)
        // Nobody waits for it.
        #expect((0..<10).allSatisfy { _ in !beat() })
        _ = reading.note(Self.much - 1, of: 2)
        #expect([beat(), beat()] == [false, false])
        _ = reading.note(Self.much + LinkReading.slowestByteCount, of: 1)
        #expect([beat(), beat(), beat()] == [false, false, false])
        // A byte now and then is not enough.
        _ = reading.note(Self.much + LinkReading.slowestByteCount + 1, of: 1)
        #expect([beat(2), beat()] == [false, true])
    }
}

/// A connection that notes what is done to it.
private final class FakeLink: HostLink {
    let events = Mutex<[String]>([])

    func send(_ message: HostMessage) {}
    func send(_ array: HostArray) {}
    func disconnect(_ reason: String) { self.events.withLock { $0.append("disconnect: \(reason)") } }
    func setReading(_ isReading: Bool) { self.events.withLock { $0.append(isReading ? "read" : "wait") } }
}

/// Runs what it is given when it is told to.
private final class FakeExecutor: ClusterExecutor {
    private struct State: Sendable {
        var bodies: [@Sendable () -> Void] = []
        var alarm: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    func execute(_ body: @escaping @Sendable () -> Void) { self.state.withLock { $0.bodies.append(body) } }

    func schedule(at time: UInt64, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        self.state.withLock { $0.alarm = body }
        return {}
    }

    func run() {
        let bodies = self.state.withLock { state in
            defer { state.bodies = [] }
            return state.bodies
        }
        for body in bodies { body() }
    }

    /// Wakes the driver, whose times are so short that something is due.
    func wake() { self.state.withLock { $0.alarm }?() }
}

@Suite("Connections of a coordinator", .timeLimit(.minutes(1)))
struct DriverLinkTests {
    private let executor = FakeExecutor()
    private let driver: ClusterDriver

    init() throws {
        var settings = CoordinatorSettings()
        settings.heartbeatInterval = 1_000_000
        settings.silentIntervals = 100_000
        self.driver = try ClusterDriver(settings, on: self.executor)
    }

    private func join(_ number: UInt8) -> (LinkNumber, FakeLink) {
        let link = FakeLink()
        let host = HostDescription(processID: [number], name: "host \(number)", slots: 1)
        return (self.driver.join(host, link), link)
    }

    private func beat(until condition: () -> Bool) {
        let end = MonotonicClock.now + 10_000_000_000
        while !condition(), MonotonicClock.now < end { self.executor.wake() }
    }

    @Test("are read one at a time while frames that are not whole are too many")
    func reading() {
        let ((one, first), (two, second)) = (self.join(1), self.join(2))
        self.driver.hold(LinkReading.largestByteCount, of: one)
        #expect(first.events.withLock { $0 } == [] && second.events.withLock { $0 } == [])
        self.driver.hold(LinkReading.smallestByteCount, of: two)
        #expect(first.events.withLock { $0 } == [] && second.events.withLock { $0 } == ["wait"])
        // One that comes now waits, too.
        let (_, third) = self.join(3)
        #expect(third.events.withLock { $0 } == ["wait"])
        self.driver.hold(100, of: one)
        #expect(second.events.withLock { $0 } == ["wait", "read"] && third.events.withLock { $0 } == ["wait", "read"])
    }

    @Test("end when the one that the others wait for does not get on")
    func standstill() {
        let ((one, first), (two, second)) = (self.join(1), self.join(2))
        self.driver.hold(LinkReading.largestByteCount, of: one)
        self.driver.hold(LinkReading.largestByteCount / 2, of: two)
        self.beat { second.events.withLock { $0.count } == 2 }
        #expect(first.events.withLock { $0 } == ["disconnect: what it sends does not come to an end"])
        #expect(second.events.withLock { $0 } == ["wait", "read"])
        #expect(self.driver.status(name: "").hosts.map(\.name) == ["host 2"])
    }

    @Test("that have ended leave nothing behind, whatever still comes of them")
    func late() {
        let (one, _) = self.join(1)
        self.driver.receive(.pong(MonotonicClock.now, HostCounts()), from: one)
        #expect(self.driver.pulses.count == 1)
        self.driver.receive(nil, from: one)
        #expect(self.driver.pulses.isEmpty)
        self.driver.receive(.pong(MonotonicClock.now, HostCounts()), from: one)
        self.driver.hold(LinkReading.largestByteCount * 2, of: one)
        #expect(self.driver.pulses.isEmpty && self.driver.reading.chosen == nil)
    }
}
