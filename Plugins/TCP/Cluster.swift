// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import NIOCore
import NIOPosix
import Synchronization

/// The clusters of a process: each is kept for the calls to come, with its connections.
final class Clusters: Sendable {
    private struct State {
        var clusters: [TCPSettings.Meeting: Cluster] = [:]
    }

    private static let perProcess = PerProcess { Clusters() }

    private let state = Mutex(State())

    /// The cluster of a call, made if it is the first.
    ///
    /// - Throws: `ParallelError` when its address cannot be listened at, or the system has no thread left.
    static func cluster(_ settings: TCPSettings) throws -> Cluster {
        try self.perProcess.object.find(settings)
    }

    private func find(_ settings: TCPSettings) throws -> Cluster {
        try self.state.withLock { state in
            if let cluster = state.clusters[settings.meeting] {
                cluster.noteUse()
                return cluster
            }
            let cluster = try Cluster.begin(settings) { self.forget($0, settings.meeting) }
            state.clusters[settings.meeting] = cluster
            return cluster
        }
    }

    /// Forgets a cluster that nobody has used for long.
    ///
    /// - Returns: Whether nobody will use it any more.
    private func forget(_ cluster: Cluster, _ meeting: TCPSettings.Meeting) -> Bool {
        self.state.withLock { state in
            guard state.clusters[meeting] === cluster, cluster.isForgotten else { return false }
            state.clusters[meeting] = nil
            return true
        }
    }

    /// Ends all that no call uses, and waits until their connections are closed.
    static func shutDownIdle() async {
        for cluster in self.perProcess.object.takeIdle() { await cluster.shutDown() }
    }

    private func takeIdle() -> [Cluster] {
        self.state.withLock { state in
            let idle = state.clusters.filter { $0.value.sessionCount == 0 }
            for key in idle.keys { state.clusters[key] = nil }
            return Array(idle.values)
        }
    }
}

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
    ///   - isForgotten: Asked when nobody has used it for long: whether nobody will.
    /// - Returns: The cluster.
    /// - Throws: `ParallelError`.
    static func begin(_ settings: TCPSettings, isForgotten: @escaping @Sendable (Cluster) -> Bool) throws -> Cluster {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var limits = CoordinatorSettings()
        limits.heartbeatInterval = settings.meeting.heartbeatInterval
        limits.patience = settings.meeting.patience
        let driver = try ClusterDriver(limits, on: EventLoopExecutor(group.next()))
        var guest = GuestHandling(
            greeting: .ofThisProcess(role: .coordinator, slots: 0),
            security: try settings.credentials.map { try $0.security(.coordinator) },
            loop: group.next(),
            makeGuest: { CoordinatorLink(driver, $0, $1, $2) }
        )
        guest.admit = { driver.refusal(of: $0) }
        let name = guest.greeting.name
        guest.observers = Observers(on: group.next()) { driver.status(name: name) }
        let cluster = Cluster(group, driver, settings.meeting.hosts)
        let giver = ExecutableGiver(on: group.next()) { [problems = cluster.problems] failure in
            problems.note(failure)
            driver.noteChange()
        }
        guest.makeTool = { giver.makeGuest($0, $1) }
        try cluster.listen(settings.meeting.listen, guest)
        cluster.dial(settings.meeting.hosts, guest)
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
            try? self.group.syncShutdownGracefully()
            throw ParallelError(.startupFailed, "tcp: cannot listen at \(address): \(error)")
        }
    }

    private func dial(_ addresses: [HostAddress], _ guest: GuestHandling) {
        for (place, address) in addresses.enumerated() {
            let dialer = Dialer(address, guest) { [problems = self.problems, driver = self.driver] failure in
                problems.note(failure, at: place)
                driver.noteChange()
            }
            self.state.withLock { $0.dialers.append(dialer) }
            dialer.start()
        }
    }

    /// Where others can dial in; `nil` when it does not listen.
    var listeningAddress: SocketAddress? { self.state.withLock { $0.channel?.localAddress } }

    func noteUse() { self.state.withLock { $0.lastUse = MonotonicClock.now } }

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

    /// How many workers there are, once there are enough.
    ///
    /// - Throws: `ParallelError` that says how many came, and why others did not.
    func waitForWorkers(atLeast count: Int, within limit: Duration) throws -> Int {
        // Who waits uses the cluster, too.
        self.sessions.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer {
            self.noteUse()
            self.sessions.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        }
        let (sum, overflow) = MonotonicClock.now.addingReportingOverflow(limit.nanoseconds)
        return try self.driver.waitForWorkers(
            atLeast: count,
            within: limit,
            until: overflow ? .max : sum,
            isHopeless: { self.problems.finalError },
            explain: { self.problems.texts }
        )
    }

    func open(_ request: OpenRequest, _ wishes: SessionWishes, parameters: [UInt8]) throws -> ClusterSession {
        self.sessions.wrappingAdd(1, ordering: .sequentiallyConsistent)
        do {
            return try self.driver.open(request, wishes, parameters: parameters) { [weak self] in
                self?.noteUse()
                self?.sessions.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            }
        } catch {
            self.sessions.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            throw error
        }
    }

    /// Closes every connection; hosts go on without this process.
    func shutDown() async {
        let (channel, dialers) = self.state.withLock { state in
            state.isOver = true
            return (state.channel, state.dialers)
        }
        for dialer in dialers { dialer.stop() }
        try? await channel?.close()
        self.driver.disconnectAll()
        try? await self.group.shutdownGracefully()
    }
}

extension Duration {
    /// In nanoseconds, within what 64 bits hold.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        return UInt64(clamping: min(seconds, 1 << 33)) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
    }
}

#endif
