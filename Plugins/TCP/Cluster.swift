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

    /// How many batches a worker is given at once.
    ///
    /// Of the shortest tasks so many are done while an answer and the next batch cross a few threads and a network: with fewer each travels
    /// alone, and wakes every thread on its way. What others could do meanwhile is given back by workers that have not come to it.
    static let batchesAhead = 256

    private struct State {
        var lastUse = MonotonicClock.now
        var channel: (any Channel)?
        var dialers: [Dialer] = []
        var launch: Launch?

        /// Whether no call will come any more.
        var endsWhenUnused = false
        var isOver = false
    }

    private let group: MultiThreadedEventLoopGroup
    private let driver: ClusterDriver
    private let state = Mutex(State())
    private let sessions = Atomic<Int>(0)
    private let problems: MeetingProblems

    var sessionCount: Int { self.sessions.load(ordering: .sequentiallyConsistent) }

    typealias MakeDriver = (CoordinatorSettings, EventLoopExecutor, @escaping @Sendable (ClusterEvent) -> Void) throws
        -> ClusterDriver

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
        makeDriver: MakeDriver = { try ClusterDriver($0, on: $1, observe: $2) },
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
        _ makeDriver: MakeDriver,
        _ isForgotten: @escaping @Sendable (Cluster) -> Bool
    ) throws -> Cluster {
        var limits = CoordinatorSettings()
        limits.heartbeatInterval = settings.meeting.heartbeatInterval
        limits.patience = settings.meeting.patience
        limits.batchesAhead = Self.batchesAhead
        let launched = LaunchReference(on: group.next())
        let driver = try makeDriver(limits, EventLoopExecutor(group.next())) { launched.note($0) }
        var guest = GuestHandling(
            greeting: .ofThisProcess(role: .coordinator, slots: 0),
            security: try settings.credentials.map { try $0.security(.coordinator) },
            loop: group.next(),
            makeGuest: { connection, host, address in
                launched.note(connection, of: host)
                return CoordinatorLink(driver, connection, host, address)
            }
        )
        let claims = HostClaims()
        let isSecure = guest.security != nil
        guest.admit = {
            launched.refusal(of: $0) ?? driver.refusal(of: $0)
                ?? claims.refusal(of: $0, at: $1.peerText, over: $1, mayReplace: isSecure)
        }
        let name = guest.greeting.name
        guest.observers = Observers(on: group.next()) { driver.status(name: name) }
        let cluster = Cluster(group, driver, settings.meeting.hosts)
        let giver = ExecutableGiver(on: group.next()) { [problems = cluster.problems] failure in
            problems.note(failure)
            driver.noteChange()
        }
        guest.makeTool = { giver.makeGuest($0, $1) }
        try cluster.listen(settings.meeting.listen, guest)
        cluster.dial(settings.meeting.hosts, guest, claims)
        try cluster.beginLaunch(settings, launched)
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

    private func beginLaunch(_ settings: TCPSettings, _ reference: LaunchReference) throws {
        guard let request = settings.launch, let listen = settings.meeting.listen else { return }
        do {
            let listening = try HostAddress(host: listen.host, port: self.listeningAddress?.port ?? listen.port)
            let address = try OwnAddress.toDial(
                listening: listening,
                wanted: settings.meeting.dialAddress,
                on: self.group
            )
            let launch = try Launch(
                request.launcher,
                request.plan(settings.launchedCount),
                request.instructions(address, settings.credentials?.token),
                disconnect: { [weak reference] in reference?.disconnect($0, after: $1) },
                didChange: { [driver = self.driver] in driver.noteChange() }
            )
            reference.set(launch)
            self.state.withLock { $0.launch = launch }
        } catch let error as SystemError {
            throw ParallelError(.resourceExhausted, "launch: no thread to watch it on: \(error); use fewer threads")
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

    /// A call uses it from now on: hosts that have left meanwhile are dialled again, or launched.
    func beginUse() {
        // Under the lock: of two who come and go at once, what is said last has to be what is so.
        let dialers = self.state.withLock { state -> [Dialer] in
            guard self.sessions.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue == 0 else { return [] }
            state.launch?.need()
            return state.dialers
        }
        for dialer in dialers { dialer.resume() }
    }

    func endUse() {
        let ends = self.state.withLock { state in
            state.lastUse = MonotonicClock.now
            guard self.sessions.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue == 0 else {
                return false
            }
            state.launch?.unneed()
            return state.endsWhenUnused
        }
        if ends { self.endWhenUnused() }
    }

    /// Shuts down now, or when the last call has ended.
    func endWhenUnused() {
        let ends = self.state.withLock { state in
            state.endsWhenUnused = true
            return !state.isOver && self.sessionCount == 0
        }
        if ends { Task { await self.shutDown() } }
    }

    private var launch: Launch? { self.state.withLock { $0.launch } }

    /// Why no host will ever come; `nil` while one still may.
    private var finalError: ParallelError? {
        guard let launch = self.launch else { return self.problems.finalError }
        guard let error = launch.finalError else { return nil }
        return self.problems.isEmpty ? error : self.problems.finalError
    }

    /// How many workers there are, once there are enough.
    ///
    /// - Throws: `ParallelError` that says how many came, and why others did not.
    func waitForWorkers(atLeast count: Int, within limit: Duration) throws -> Int {
        let (sum, overflow) = MonotonicClock.now.addingReportingOverflow(limit.nanoseconds)
        do {
            return try self.driver.waitForWorkers(
                atLeast: count,
                within: limit,
                until: overflow ? .max : sum,
                isHopeless: { self.finalError },
                explain: { self.explanation }
            )
        } catch {
            // As the core names a backend: it adds nothing then of what it was about to do.
            throw ParallelError(error.code, "backend 'tcp': \(error.detail)")
        }
    }

    /// Why hosts are not there.
    private var explanation: [String] { self.problems.texts + (self.launch?.problems ?? []) }

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
                explain: { self.explanation },
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
        let (channel, dialers, launch) = self.state.withLock { state in
            state.isOver = true
            return (state.channel, state.dialers, state.launch.take())
        }
        launch?.finish()
        for dialer in dialers { dialer.stop() }
        return channel
    }
}

#endif
