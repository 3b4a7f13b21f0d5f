// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import NIOCore
import NIOPosix
import Synchronization

/// Hosts that this process talks with, and what decides about them; on an event loop of its own.
final class Cluster: Sendable {
    /// For how long one stays that no call uses, in nanoseconds.
    private static let idleTime: UInt64 = 300_000_000_000

    private struct State {
        var lastUse = MonotonicClock.now
        var channel: (any Channel)?
        var dialers: [Dialer] = []
        var isOver = false
    }

    private let group: MultiThreadedEventLoopGroup
    private let driver: ClusterDriver
    private let state = Mutex(State())
    private let sessions = Atomic<Int>(0)
    private let problems: MeetingProblems

    var sessionCount: Int { self.sessions.load(ordering: .sequentiallyConsistent) }

    /// Begins to listen, or to dial.
    ///
    /// - Parameters:
    ///   - settings: What the first call asks for.
    ///   - makeDriver: Makes what decides.
    ///   - isForgotten: Asked when nobody has used it for long: whether nobody will.
    /// - Returns: The cluster.
    /// - Throws: `ParallelError`.
    static func begin(
        _ settings: TCPSettings,
        makeDriver: (CoordinatorSettings, EventLoopExecutor) throws -> ClusterDriver = {
            try ClusterDriver($0, on: $1)
        },
        isForgotten: @escaping @Sendable (Cluster) -> Bool
    ) throws -> Cluster {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            return try self.begin(settings, on: group, makeDriver, isForgotten)
        } catch {
            try? group.syncShutdownGracefully()
            throw error
        }
    }

    private static func begin(
        _ settings: TCPSettings,
        on group: MultiThreadedEventLoopGroup,
        _ makeDriver: (CoordinatorSettings, EventLoopExecutor) throws -> ClusterDriver,
        _ isForgotten: @escaping @Sendable (Cluster) -> Bool
    ) throws -> Cluster {
        var limits = CoordinatorSettings()
        limits.heartbeatInterval = settings.meeting.heartbeatInterval
        limits.patience = settings.meeting.patience
        let driver = try makeDriver(limits, EventLoopExecutor(group.next()))
        var guest = GuestHandling(
            greeting: .ofThisProcess(role: .coordinator, slots: 0),
            security: try settings.token.map { try ClusterTLS($0, .coordinator) },
            loop: group.next(),
            makeGuest: { CoordinatorLink(driver, $0, $1, $2) }
        )
        let claims = HostClaims()
        guest.admit = { driver.refusal(of: $0) ?? claims.refusal(of: $0, at: $1.peerText, over: $1) }
        let cluster = Cluster(group, driver, settings.meeting.hosts)
        try cluster.listen(settings.meeting.listen, guest)
        cluster.dial(settings.meeting.hosts, guest, claims)
        cluster.watch(isForgotten)
        return cluster
    }

    private init(_ group: MultiThreadedEventLoopGroup, _ driver: ClusterDriver, _ hosts: [HostAddress]) {
        self.group = group
        self.driver = driver
        self.problems = MeetingProblems(hosts)
    }

    private func listen(_ address: HostAddress?, _ guest: GuestHandling) throws {
        guard let address else { return }
        do {
            let channel = try Listener.listen(at: address, guest) { [problems = self.problems] in problems.note($0) }
            self.state.withLock { $0.channel = channel }
        } catch {
            throw ParallelError(.startupFailed, "tcp: cannot listen at \(address): \(NetworkFault.ofListening(error))")
        }
    }

    private func dial(_ addresses: [HostAddress], _ guest: GuestHandling, _ claims: HostClaims) {
        for (place, address) in addresses.enumerated() {
            var guest = guest
            guest.admit = { [driver = self.driver] host, channel in
                driver.refusal(of: host) ?? claims.refusal(of: host, at: "\(address)", over: channel)
            }
            let mayDialAgain: @Sendable () -> Bool = { [weak self] in (self?.sessionCount ?? 0) > 0 }
            // While no call uses the hosts, others may have them.
            let dialer = Dialer(address, guest, mayDialAgain: mayDialAgain) {
                [problems = self.problems, driver = self.driver] failure in
                problems.note(failure, at: place)
                driver.noteChange()
            }
            self.state.withLock { $0.dialers.append(dialer) }
            dialer.start()
        }
    }

    /// Where others can dial in; `nil` when it does not listen.
    var listeningAddress: SocketAddress? { self.state.withLock { $0.channel?.localAddress } }

    var isForgotten: Bool {
        self.sessionCount == 0 && MonotonicClock.now - self.state.withLock { $0.lastUse } >= Self.idleTime
    }

    private func watch(_ isForgotten: @escaping @Sendable (Cluster) -> Bool) {
        self.group.next()
            .scheduleRepeatedTask(initialDelay: .seconds(30), delay: .seconds(30)) { [weak self] task in
                guard let self else { return task.cancel() }
                guard isForgotten(self) else { return }
                task.cancel()
                Task { await self.shutDown() }
            }
    }

    // MARK: - For calls

    /// A call uses it from now on: hosts that have left meanwhile are dialled again.
    func beginUse() {
        let count = self.sessions.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
        guard count == 0 else { return }
        for dialer in self.state.withLock({ $0.dialers }) { dialer.resume() }
    }

    func endUse() {
        self.state.withLock { $0.lastUse = MonotonicClock.now }
        self.sessions.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    /// How many workers there are, once there are enough.
    ///
    /// - Throws: `ParallelError` that says how many came, and why others did not.
    func waitForWorkers(atLeast count: Int, within limit: Duration) throws -> Int {
        let (sum, overflow) = MonotonicClock.now.addingReportingOverflow(limit.nanoseconds)
        return try self.driver.waitForWorkers(
            atLeast: count,
            within: limit,
            until: overflow ? .max : sum,
            isHopeless: { self.problems.finalError },
            explain: { self.problems.texts }
        )
    }

    /// Opens a session, once it has a worker.
    func open(
        _ request: OpenRequest,
        _ wishes: SessionWishes,
        parameters: [UInt8],
        within limit: Duration
    ) throws -> ClusterSession {
        self.beginUse()
        do {
            return try self.driver.open(
                request,
                wishes,
                parameters: parameters,
                within: limit,
                explain: { self.problems.texts },
                didClose: { [weak self] in self?.endUse() }
            )
        } catch {
            self.endUse()
            throw error
        }
    }

    /// Closes every connection; hosts go on without this process.
    func shutDown() async {
        try? await self.stop()?.close()
        self.driver.disconnectAll()
        try? await self.group.shutdownGracefully()
    }

    /// The same, for a thread that waits until its address is free; what is left of connections ends by itself.
    func shutDownNow() {
        try? self.stop()?.close().wait()
        self.driver.disconnectAll()
        self.group.shutdownGracefully { _ in }
    }

    /// Has nothing begin any more, and returns what listens.
    private func stop() -> (any Channel)? {
        let (channel, dialers) = self.state.withLock { state in
            state.isOver = true
            return (state.channel, state.dialers)
        }
        for dialer in dialers { dialer.stop() }
        return channel
    }
}

#endif
