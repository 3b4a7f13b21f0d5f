// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibPOSIX
import NIOCore

/// Those who ask a coordinator or a host how things are: they get no task, and few of them are let in.
// SAFETY: what changes is touched on the event loop alone.
final class Observers: @unchecked Sendable {
    /// How many there are at once.
    static let largestCount = 8

    private let loop: any EventLoop
    private let status: @Sendable () -> StatusMessage
    private var count = 0

    /// Makes a list of nobody.
    ///
    /// - Parameters:
    ///   - loop: The event loop of all their connections.
    ///   - status: How things are; called on the event loop.
    init(on loop: any EventLoop, status: @escaping @Sendable () -> StatusMessage) {
        self.loop = loop
        self.status = status
    }

    /// Why another one is not let in; `nil`: it is.
    func refusal(by name: String) -> GreetingRefusal? {
        guard self.count >= Self.largestCount else { return nil }
        return GreetingRefusal(code: .busy, detail: "\(name) has \(self.count) observers already; end one of them")
    }

    func makeGuest(_ connection: Connection) -> any Guest {
        self.count += 1
        // Several may have been in the middle of their greetings.
        if self.count > Self.largestCount { connection.close() }
        return Observer(connection, self.loop, status: self.status) { self.count -= 1 }
    }

    /// One of them.
    // SAFETY: what changes is touched on the event loop alone.
    private final class Observer: Guest, @unchecked Sendable {
        /// How often it may ask to be told, in nanoseconds.
        private static let intervals: ClosedRange<UInt64> = 100_000_000...60_000_000_000

        /// For how long it may be silent beyond that.
        private static let patience: UInt64 = 30_000_000_000

        private let connection: Connection
        private let loop: any EventLoop
        private let status: @Sendable () -> StatusMessage
        private let didEnd: () -> Void
        private var lastHeard = MonotonicClock.now
        private var interval: UInt64 = 2_000_000_000
        private var next: Scheduled<Void>?
        private var isOver = false

        init(
            _ connection: Connection,
            _ loop: any EventLoop,
            status: @escaping @Sendable () -> StatusMessage,
            didEnd: @escaping () -> Void
        ) {
            self.connection = connection
            self.loop = loop
            self.status = status
            self.didEnd = didEnd
            self.tellLater()
        }

        func hear() { self.lastHeard = MonotonicClock.now }

        func receive(_ message: HostMessage?) {
            switch message {
            case .observe(let interval):
                self.interval = min(max(interval, Self.intervals.lowerBound), Self.intervals.upperBound)
                self.next?.cancel()
                self.tell()
            case .heartbeat: break
            default: self.connection.close()
            }
        }

        func endTurn() {}

        func end(_ reason: String) {
            if self.isOver { return }
            self.isOver = true
            self.next?.cancel()
            self.didEnd()
        }

        private func tell() {
            if self.isOver { return }
            guard MonotonicClock.now - self.lastHeard <= self.interval + Self.patience else {
                return self.connection.close()
            }
            // One that does not read gets no second one to keep.
            if self.connection.isIdle { self.connection.send(.status(self.status())) }
            self.tellLater()
        }

        private func tellLater() {
            self.next = self.loop.scheduleTask(in: .nanoseconds(Int64(self.interval))) { [weak self] in self?.tell() }
        }
    }
}

#endif
