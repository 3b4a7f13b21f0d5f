// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import NIOCore
import NIOPosix
import Synchronization

/// Takes part in a cluster as one that is to be a host and has no program yet: it is given the coordinator's executable.
///
/// Whoever has the token can have this machine run anything by it, which is for its user to want.
public final class ExecutableReceiver: Sendable {
    private struct State {
        var path: String?
        var channel: (any Channel)?
        var dialer: Dialer?

        /// The coordinator that gives something; there is one at a time.
        var giver: String?

        var unusable: UnusableExecutables
    }

    private let group: MultiThreadedEventLoopGroup
    private let cache: ExecutableCache
    private let patience: TimeAmount
    private let say: @Sendable (String) -> Void
    private let didReceive: @Sendable () -> Void
    private let state: Mutex<State>

    /// Begins to listen, or to dial.
    ///
    /// - Parameters:
    ///   - listens: Whether coordinators dial in.
    ///   - address: Where, `host:port`.
    ///   - slots: How many workers the host is to have, from 1.
    ///   - credentials: What lets this process in: the cluster's token, or a worker's certificate.
    ///   - cache: Where executables are kept.
    ///   - unusable: What is refused, and not received again.
    ///   - patience: How long a coordinator has for each thing that it says, more than zero; then the next one has its turn.
    ///   - say: Is told what happens, for people; on another thread.
    ///   - didReceive: Called once when there is a ``path``; on another thread.
    /// - Throws: ``ParallelError`` where it cannot listen.
    public init(
        listens: Bool,
        at address: String,
        slots: Int,
        credentials: ClusterCredentials,
        cache: ExecutableCache,
        unusable: UnusableExecutables = UnusableExecutables(),
        patience: Duration = .seconds(60),
        say: @escaping @Sendable (String) -> Void,
        didReceive: @escaping @Sendable () -> Void = {}
    ) throws {
        let address = try HostAddress(address)
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.cache = cache
        self.patience = .nanoseconds(Int64(clamping: patience.nanoseconds))
        self.say = say
        self.didReceive = didReceive
        self.state = Mutex(State(unusable: unusable))
        var handling = GuestHandling(
            greeting: .ofThisProcess(role: .tool, slots: slots),
            security: try credentials.security(.host),
            loop: self.group.next(),
            makeGuest: { connection, coordinator, _ in Taker(self, connection, coordinator.name) }
        )
        let name = handling.greeting.name
        handling.admit = { [weak self] _, _ in
            guard let giver = self?.state.withLock({ $0.giver }) else { return nil }
            return GreetingRefusal(code: .busy, detail: "\(name) receives an executable of \(giver)")
        }
        guard listens else {
            let dialer = Dialer(address, handling) { failure in
                if let failure, failure.isFinal { say("\(address): \(failure.reason)") }
            }
            self.state.withLock { $0.dialer = dialer }
            dialer.start()
            return
        }
        do {
            let channel = try Listener.listen(at: address, handling) { failure in
                if failure.isFinal { say("turned away: \(failure.reason)") }
            }
            self.state.withLock { $0.channel = channel }
        } catch {
            try? self.group.syncShutdownGracefully()
            throw ParallelError(.startupFailed, "cannot listen at \(address): \(NetworkFault.ofListening(error))")
        }
    }

    /// Where the executable is that was received, checked, and can be run; `nil` as long as there is none.
    public var path: String? { self.state.withLock { $0.path } }

    /// What has been found to be of no use here, beside what was known before.
    public var unusable: UnusableExecutables { self.state.withLock { $0.unusable } }

    /// The port at which it listens; `nil` if it does not.
    public var port: Int? { self.state.withLock { $0.channel?.localAddress?.port } }

    /// Ends every connection, and waits until they are closed; to be called once.
    public func stop() {
        let (channel, dialer) = self.state.withLock { ($0.channel, $0.dialer) }
        dialer?.stop()
        try? channel?.close().wait()
        try? self.group.syncShutdownGracefully()
    }

    // MARK: - On the event loop

    /// The connection of a coordinator that gives its executable.
    // SAFETY: what changes is touched on the event loop alone.
    private final class Taker: Guest, @unchecked Sendable {
        /// What is to come next.
        private enum Stage {
            case offer
            case pieces(ExecutableDownload)

            /// Nothing: it has all, or it has failed and said so.
            case end
        }

        private let receiver: ExecutableReceiver
        private let connection: Connection
        private let name: String
        private var stage = Stage.offer
        private let isFirst: Bool
        private var deadline: Scheduled<Void>?
        private var isOver = false

        init(_ receiver: ExecutableReceiver, _ connection: Connection, _ name: String) {
            self.receiver = receiver
            self.connection = connection
            self.name = name
            self.isFirst = receiver.state.withLock { state in
                guard state.giver == nil, state.path == nil else { return false }
                state.giver = name
                return true
            }
            // Two may have been in the middle of their greetings.
            if self.isFirst { self.waitForWord() } else { connection.close() }
        }

        /// A connection that was cut says nothing, and nobody else gets a turn as long as it seems to be there.
        private func waitForWord() {
            self.deadline?.cancel()
            self.deadline = self.connection.channel.eventLoop.scheduleTask(in: self.receiver.patience) { [weak self] in
                self?.giveUp()
            }
        }

        private func giveUp() {
            if self.isOver { return }
            let seconds = Double(self.receiver.patience.nanoseconds / 1_000_000) / 1000
            if case .end = self.stage {
            } else {
                self.receiver.say("nothing has come of \(self.name) for \(seconds) s; waits for another coordinator")
            }
            self.end("")
            // Nobody may be left who would answer that the connection is to be closed.
            self.connection.abort()
        }

        func hear() {}

        func receive(_ message: HostMessage?) {
            guard self.isFirst, !self.isOver else { return }
            switch (message, self.stage) {
            case (.offer(let offer), .offer): self.take(offer)
            case (.piece(let position, let bytes), .pieces(let download)): self.take(position, bytes, download)
            default: return self.connection.close()
            }
            self.waitForWord()
        }

        func endTurn() {}

        func end(_ reason: String) {
            if self.isOver { return }
            self.isOver = true
            self.deadline?.cancel()
            if case .pieces(let download) = self.stage { download.abandon() }
            self.stage = .end
            if self.isFirst { self.receiver.state.withLock { $0.giver = nil } }
        }

        private func take(_ offer: ExecutableOffer) {
            let known = self.receiver.state.withLock { $0.unusable.reason(of: offer.key, at: MonotonicClock.now) }
            if let known {
                self.stage = .end
                return self.connection.send(.unusable(known))
            }
            if let path = self.receiver.cache.find(offer) { return self.finish(offer, path) }
            self.receiver.say("receives '\(offer.name)', \(offer.byteCount) bytes, of \(self.name)")
            do {
                self.stage = .pieces(try ExecutableDownload(offer, self.receiver.cache))
                self.connection.send(.fetch(0))
            } catch {
                self.fail(error.detail)
            }
        }

        private func take(_ position: UInt64, _ bytes: [UInt8], _ download: ExecutableDownload) {
            do {
                try download.add(position, bytes)
                guard download.isComplete else { return self.connection.send(.fetch(download.byteCount)) }
                let path = try download.finish()
                self.finish(download.offer, path)
            } catch {
                download.abandon()
                self.fail(error.detail)
            }
        }

        private func finish(_ offer: ExecutableOffer, _ path: String) {
            if let fault = ExecutableCheck.fault(of: path) {
                let why = "'\(offer.name)': \(fault)"
                self.receiver.state.withLock { $0.unusable.add(offer.key, why) }
                OpenFile.remove(path)
                return self.fail(why)
            }
            self.stage = .end
            self.receiver.say("has '\(offer.name)' (\(offer.key.prefix(12))), and starts it")
            self.receiver.state.withLock { $0.path = path }
            self.receiver.didReceive()
        }

        /// Whoever gives it closes the connection, in its own time, so that it does not come again at once.
        private func fail(_ why: String) {
            self.stage = .end
            self.receiver.say(why)
            self.connection.send(.unusable(why))
        }
    }
}

#endif
