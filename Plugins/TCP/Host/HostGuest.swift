// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibPOSIX
import NIOCore

/// What a host does with its coordinator.
// SAFETY: what changes is touched on the event loop alone.
final class HostGuest: Guest, @unchecked Sendable {
    /// How often a coordinator says that it is there that has not said how often, and after how many times of silence it is gone.
    private static let usualInterval: UInt64 = 2_000_000_000
    private static let silentIntervals: UInt64 = 3

    let coordinator: Greeting
    let relay: HostRelay
    private let connection: Connection
    private let loop: any EventLoop
    private let didEnd: (HostGuest, String) -> Void
    private var lastHeard = MonotonicClock.now
    private var interval = HostGuest.usualInterval
    private var nextBeat: Scheduled<Void>?
    private var isOver = false

    init(
        _ connection: Connection,
        _ coordinator: Greeting,
        _ loop: any EventLoop,
        slots: Int,
        arrayByteCount: Int?,
        tally: HostTally,
        didEmpty: @escaping @Sendable () -> Void,
        didEnd: @escaping (HostGuest, String) -> Void
    ) {
        self.connection = connection
        self.coordinator = coordinator
        self.loop = loop
        self.didEnd = didEnd
        self.relay = HostRelay(
            slots: slots,
            arrayByteCount: arrayByteCount,
            tally: tally,
            send: { connection.send($0) },
            didEmpty: didEmpty
        )
        self.beat(expectedAt: MonotonicClock.now)
    }

    func hear() { self.lastHeard = MonotonicClock.now }

    func receive(_ message: HostMessage?) {
        if case .heartbeat(let interval) = message { self.adopt(interval) }
        guard let message, self.relay.receive(message) else { return self.connection.close() }
    }

    func endTurn() {}

    func end(_ reason: String) {
        if self.isOver { return }
        self.isOver = true
        self.nextBeat?.cancel()
        self.relay.end()
        self.didEnd(self, reason)
    }

    /// Says that this host is there, and looks whether the coordinator is.
    private func beat(expectedAt time: UInt64) {
        if self.isOver { return }
        let now = MonotonicClock.now
        // A process that was stopped for a while, or a machine that was asleep, has missed what was said.
        if now > time + self.interval { self.lastHeard = now }
        guard now - self.lastHeard <= Self.silentIntervals * self.interval else { return self.connection.close() }
        self.connection.send(.heartbeat(interval: self.interval))
        let next = now + self.interval
        self.nextBeat = self.loop.scheduleTask(deadline: .uptimeNanoseconds(next)) { [weak self] in
            self?.beat(expectedAt: next)
        }
    }

    /// The coordinator says how often it wants to hear, which may be much more often than the next time that was planned.
    private func adopt(_ interval: UInt64) {
        guard interval >= 10_000_000, interval != self.interval else { return }
        self.interval = min(interval, 1 << 42)
        self.nextBeat?.cancel()
        self.beat(expectedAt: MonotonicClock.now)
    }

    /// Takes no batch any more, and ends once those are done that it has.
    func leave() { self.relay.leave() }

    var traffic: LinkTraffic { self.connection.traffic }

    func closeAfterWriting() { self.connection.closeAfterWriting() }
}

#endif
