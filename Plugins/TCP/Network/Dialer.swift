// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Keeps a connection to one address: dials again when it is lost, and later each time that it fails.
final class Dialer: Sendable {
    private struct State {
        var isStopped = false

        /// Whether it is time to dial, and this end was not ready for it.
        var isPaused = false
        var channel: (any Channel)?
        var failures = 0
    }

    /// How long it waits after the first failure and at most; each time twice as long, and up to half of it more or less, so that the hosts
    /// of a coordinator that was started again do not come all at once.
    private static let firstWait: Int64 = 50_000_000
    private static let longestWait: Int64 = 2_000_000_000

    private let address: HostAddress
    private let guest: GuestHandling
    private let note: @Sendable (DialFailure?) -> Void
    private let mayDialAgain: @Sendable () -> Bool
    private let state = Mutex(State())

    /// Makes a dialer that does nothing yet.
    ///
    /// - Parameters:
    ///   - address: Where others listen.
    ///   - guest: Who gets the connection.
    ///   - mayDialAgain: Asked before each further attempt: whether this end is ready for one; if it is not, ``resume()`` has to be called
    ///     when it is.
    ///   - note: Is told how each attempt went, `nil`: well.
    init(
        _ address: HostAddress,
        _ guest: GuestHandling,
        mayDialAgain: @escaping @Sendable () -> Bool = { true },
        note: @escaping @Sendable (DialFailure?) -> Void
    ) {
        self.address = address
        self.guest = guest
        self.mayDialAgain = mayDialAgain
        self.note = note
    }

    func start() { self.guest.loop.execute { self.dial(isFirst: true) } }

    /// Dials if that was due when this end was not ready; called when it is, by any thread.
    func resume() {
        self.guest.loop.execute {
            let wasPaused = self.state.withLock { state in
                defer { state.isPaused = false }
                return state.isPaused
            }
            if wasPaused { self.dial() }
        }
    }

    func stop() {
        let channel = self.state.withLock { state in
            state.isStopped = true
            return state.channel
        }
        channel?.close(promise: nil)
    }

    private func dial(isFirst: Bool = false) {
        if self.state.withLock({ $0.isStopped }) { return }
        guard isFirst || self.mayDialAgain() else { return self.state.withLock { $0.isPaused = true } }
        let attempt = Attempt()
        ClientBootstrap(group: self.guest.loop)
            .connectTimeout(Transport.connectTime)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: Transport.receiveSizeOfStrangers)
            .channelOption(.writeBufferWaterMark, value: Transport.writeWaterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = GreetingHandler(self.guest, isServer: false, limit: self.guest.greetingTime) {
                        attempt.note($0)
                    }
                    try channel.greet(self.guest.security?.clientHandler(), handler)
                }
            }
            .connect(host: self.address.host, port: self.address.port)
            .whenComplete { result in
                switch result {
                case .failure(let error):
                    self.didFail(
                        DialFailure(reason: NetworkFault.ofDialling(error, by: self.guest.greeting.role), error: nil)
                    )
                case .success(let channel): self.follow(channel, attempt)
                }
            }
    }

    /// What has come of one attempt; on the event loop.
    // SAFETY: touched on the event loop alone.
    private final class Attempt: @unchecked Sendable {
        private var result: Result<Void, DialFailure>?
        private var listener: ((Result<Void, DialFailure>) -> Void)?

        func note(_ result: Result<Void, DialFailure>) {
            self.result = result
            self.listener?(result)
            self.listener = nil
        }

        func listen(_ listener: @escaping (Result<Void, DialFailure>) -> Void) {
            if let result { listener(result) } else { self.listener = listener }
        }
    }

    private func follow(_ channel: any Channel, _ attempt: Attempt) {
        let isStopped = self.state.withLock { state in
            state.channel = channel
            return state.isStopped
        }
        if isStopped { channel.close(promise: nil) }
        attempt.listen { result in
            switch result {
            case .success:
                self.state.withLock { $0.failures = 0 }
                self.note(nil)
                channel.closeFuture.whenComplete { _ in self.dialLater(.nanoseconds(Self.firstWait)) }
            case .failure(let failure): self.didFail(failure)
            }
        }
    }

    private func didFail(_ failure: DialFailure) {
        self.note(failure)
        let failures = self.state.withLock { state in
            state.failures += 1
            return state.failures
        }
        let wait = min(Self.firstWait << min(failures - 1, 16), Self.longestWait)
        self.dialLater(.nanoseconds(wait / 2 + Int64.random(in: 0...wait)))
    }

    private func dialLater(_ time: TimeAmount) {
        if self.state.withLock({ $0.isStopped }) { return }
        self.guest.loop.scheduleTask(in: time) { self.dial() }
    }
}

#endif
