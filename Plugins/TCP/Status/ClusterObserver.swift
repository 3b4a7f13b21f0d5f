// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import NIOCore
import NIOPosix
import Synchronization

/// A look at a cluster from outside: an observer has the token, and neither tasks nor workers; it need not be the same program.
public enum ClusterObserver {
    /// For how long nothing need come after a status, beyond the interval, in nanoseconds.
    private static let patience: UInt64 = 10_000_000_000

    /// Asks a coordinator that listens, or a host, how things are, again and again; blocks meanwhile.
    ///
    /// - Parameters:
    ///   - address: Where it listens, `host:port`.
    ///   - credentials: What lets this process in: the cluster's token, or an observer's certificate.
    ///   - interval: How often; the other end takes 100 ms to a minute.
    ///   - limit: How long the first answer may take, more than zero.
    ///   - body: Is given each answer, and says whether there is to be another one.
    /// - Throws: ``ParallelError`` `.noWorkers` when nobody answers, or the connection ends, `.handshakeRejected` for another token, and
    ///   what the closure throws.
    public static func follow(
        _ address: String,
        _ credentials: ClusterCredentials,
        every interval: Duration,
        within limit: Duration = .seconds(10),
        _ body: (ClusterStatus) throws -> Bool
    ) throws {
        let address = try HostAddress(address)
        guard address.port != 0 else {
            throw ParallelError(.invalidArgument, "'\(address)' has no port to dial; a host prints its own")
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let answers = Answers()
        let handling = GuestHandling(
            greeting: .ofThisProcess(role: .observer, slots: 0),
            security: try credentials.security(.observer),
            loop: group.next(),
            makeGuest: { connection, _, _ in Asker(connection, interval.nanoseconds, answers) }
        )
        let dialer = Dialer(address, handling) { failure in
            guard let failure else { return }
            answers.end(failure.error ?? ParallelError(.noWorkers, "\(address): \(failure.reason)"))
        }
        dialer.start()
        defer { dialer.stop() }
        var deadline = MonotonicClock.now + min(limit.nanoseconds, 1 << 62)
        while true {
            let seen = answers.arrivals.count
            if let status = try answers.take() {
                guard try body(status) else { return }
                deadline = MonotonicClock.now + min(interval.nanoseconds, 60_000_000_000) + self.patience
            } else if !answers.arrivals.wait(while: seen, until: deadline) {
                throw ParallelError(
                    .noWorkers,
                    "\(address): no answer in time; is a coordinator or a host listening there?"
                )
            }
        }
    }

    /// What has come, and how it has ended.
    private final class Answers: Sendable {
        private struct State {
            var status: ClusterStatus?
            var end: ParallelError?
        }

        let arrivals = WaitWord()
        private let state = Mutex(State())

        func put(_ status: ClusterStatus) {
            self.state.withLock { $0.status = status }
            self.arrivals.advance()
        }

        /// The first reason counts.
        func end(_ error: ParallelError) {
            self.state.withLock { if $0.end == nil { $0.end = error } }
            self.arrivals.advance()
        }

        /// The newest status that was not taken yet.
        func take() throws(ParallelError) -> ClusterStatus? {
            let (status, end) = self.state.withLock { state in
                defer { state.status = nil }
                return (state.status, state.end)
            }
            if let status { return status }
            if let end { throw end }
            return nil
        }
    }

    /// The connection's user.
    private final class Asker: Guest {
        private let connection: Connection
        private let answers: Answers

        init(_ connection: Connection, _ interval: UInt64, _ answers: Answers) {
            self.connection = connection
            self.answers = answers
            connection.send(.observe(interval: interval))
        }

        func hear() {}

        func receive(_ message: HostMessage?) {
            guard case .status(let status) = message else { return self.connection.close() }
            self.answers.put(ClusterStatus(status))
            // So that the other end knows that somebody is there.
            self.connection.send(.heartbeat(interval: 0))
        }

        func endTurn() {}

        func end(_ reason: String) {
            self.answers.end(
                ParallelError(.noWorkers, "\(self.connection.peerName) does not answer any more: \(reason)")
            )
        }
    }
}

#endif
