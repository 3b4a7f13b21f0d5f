// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibPOSIX
import NIOCore

/// What a host does with its coordinator.
// SAFETY: what changes is touched on the event loop alone.
final class HostGuest: Guest, @unchecked Sendable {
    /// How often a coordinator says that it is there that has not said how often.
    private static let usualInterval: UInt64 = 2_000_000_000

    /// How long a coordinator has for its first session, in nanoseconds, before another one may have the host; and how long what one that
    /// had to go has sent before it knew is answered, and what it asks for given back.
    private static let settlingTime: UInt64 = 1_000_000_000
    private static let partingTime = TimeAmount.seconds(1)

    let coordinator: Greeting
    let relay: HostRelay
    private let connection: Connection
    private let loop: any EventLoop
    private let didEnd: (HostGuest, String) -> Void
    private let beginning = MonotonicClock.now
    private var silence = SilenceWatch(interval: HostGuest.usualInterval, at: MonotonicClock.now)
    private var nextBeat: Scheduled<Void>?
    private var nextLook: Scheduled<Void>?
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
            sendAnswer: { connection.send(answer: $1, to: $0, $2) },
            didEmpty: didEmpty
        )
        // Until it is known when the coordinator has heard of this host.
        self.relay.lease(until: 0)
        self.beat()
        self.look()
    }

    func hear() { self.silence.hear(at: MonotonicClock.now) }

    func receive(_ message: HostMessage?) {
        if self.isOver { return }
        switch message {
        case .heartbeat(let interval): self.adopt(interval)
        case .lease(let time): return self.renewLease(since: time)
        case .cancel(let batch): self.connection.leaveOutResults(of: batch)
        default: break
        }
        if let message, self.relay.receive(message) { return }
        self.end("what it says makes no sense")
        self.connection.close()
    }

    func receive(_ piece: HostFrame, _ bytes: RawSpan) {
        if self.isOver { return }
        let isMapped = piece.kind == .mappedArray
        guard isMapped || piece.kind == .array,
            self.relay.receive(bytes, ofArray: piece.number, byteCount: piece.second, isMapped: isMapped)
        else { return self.receive(nil) }
    }

    func endTurn() {}

    func end(_ reason: String) {
        if self.isOver { return }
        self.isOver = true
        self.nextBeat?.cancel()
        self.nextLook?.cancel()
        self.relay.end()
        self.didEnd(self, reason)
    }

    /// Ends, and with it a connection that nobody uses any more and that may never end by itself.
    func abort(_ reason: String) {
        self.end(reason)
        self.connection.abort()
    }

    /// Says that this host is there.
    private func beat() {
        if self.isOver { return }
        self.connection.send(.beat(BootClock.now))
        self.nextBeat = self.loop.scheduleTask(in: .nanoseconds(Int64(self.silence.interval))) { [weak self] in
            self?.beat()
        }
    }

    /// The coordinator has heard what this host had said at a time.
    ///
    /// It gives nobody else what the host has before a silence that counts from then. Tasks begin until then, and no longer, whatever
    /// stops or sleeps meanwhile, this process among it.
    private func renewLease(since time: UInt64) {
        self.relay.lease(until: min(time, BootClock.now) &+ self.silence.longestSilence)
    }

    /// Looks whether the coordinator is there, and ends at once when it is not: its tasks run elsewhere by now.
    private func look() {
        if self.isOver { return }
        self.relay.freeOldMemory()
        guard let next = self.silence.look(at: MonotonicClock.now) else {
            let seconds = Double(self.silence.longestSilence / 1_000_000) / 1000
            // Nobody is left who would answer that the connection is to be closed.
            return self.abort("nothing was heard of it for \(seconds) s")
        }
        self.nextLook = self.loop.scheduleTask(deadline: .uptimeNanoseconds(next)) { [weak self] in self?.look() }
    }

    /// The coordinator says how often it wants to hear, which may be much more often than the next time that was planned.
    private func adopt(_ interval: UInt64) {
        guard interval >= 10_000_000, interval != self.silence.interval else { return }
        self.silence.adopt(interval: min(interval, 1 << 42), at: MonotonicClock.now)
        self.nextBeat?.cancel()
        self.nextLook?.cancel()
        self.beat()
        self.look()
    }

    /// Takes no batch any more, and ends once those are done that it has.
    func leave() { self.relay.leave() }

    var traffic: LinkTraffic { self.connection.traffic }

    func closeAfterWriting() { self.connection.closeAfterWriting() }

    /// Whether its coordinator has no use for this host: no session open, and no batch here.
    var isDispensable: Bool {
        self.relay.isIdle && (self.relay.hasServed || MonotonicClock.now - self.beginning > Self.settlingTime)
    }

    /// Leaves a coordinator that has no use for this host; nothing is lost by it.
    func part() {
        self.relay.leave()
        self.loop.scheduleTask(in: Self.partingTime) { self.closeAfterWriting() }
    }
}

#endif
