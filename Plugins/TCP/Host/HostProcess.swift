// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import NIOCore
import NIOPosix
import NIOSSL

/// What makes a process of this program a host: it never comes to its `main`, and serves one coordinator at a time.
///
/// It is started with `JOBLIB_WORKER_LISTEN`, or `JOBLIB_WORKER_DIAL`. Its workers are those of the backend `loky`. SIGTERM has it
/// finish what it has begun, and end; a second one ends it at once.
// SAFETY: what changes is touched on the event loop alone.
final class HostProcess: @unchecked Sendable {
    private let settings: HostSettings
    private let loop: any EventLoop
    private let security: ClusterTLS?
    private let greeting: Greeting

    private let tally = HostTally()

    private var current: HostGuest?

    /// Those that were its coordinators, or one that has connected again, while their batches still end.
    private var former: [HostGuest] = []

    /// A coordinator that had this host and made no use of it, and until when others come before it.
    private var idler: (processID: [UInt8], end: UInt64)?

    /// For how long they do, in nanoseconds.
    private static let idlerTime: UInt64 = 5_000_000_000

    private var listener: (any Channel)?
    private var dialer: Dialer?
    private var isLeaving = false

    /// Ends the process where it is to have a coordinator, and has had none for too long.
    private var orphanTimer: Scheduled<Void>?
    private var hadCoordinator = false

    init(_ settings: HostSettings, on loop: any EventLoop) throws {
        self.settings = settings
        self.loop = loop
        self.security = try settings.credentials.map { try $0.security(.host) }
        var greeting = Greeting.ofThisProcess(role: .host, slots: settings.slots, label: settings.label)
        if settings.makesWay { greeting.makesWay = true }
        self.greeting = greeting
    }

    /// The life of the process.
    static func run(listens: Bool, _ address: String) -> Never {
        // In every thread that begins from here on; workers begin without.
        TerminationSignals.block()
        do {
            let settings = try HostSettings(listens: listens, address)
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let host = try HostProcess(settings, on: group.next())
            try host.start()
            TerminationSignals.wait()
            host.loop.execute { host.leave() }
            TerminationSignals.wait()
            self.say("ends at once")
            ThisProcess.exit(128 + 15)
        } catch {
            self.say("\((error as? ParallelError)?.detail ?? "\(error)")")
            ThisProcess.exit(78)
        }
    }

    static func say(_ line: HostLine) { ThisProcess.write("\(line.text)\n") }

    static func say(_ text: String) { self.say(.other(text)) }

    private var handling: GuestHandling {
        var handling = GuestHandling(greeting: self.greeting, security: self.security, loop: self.loop) {
            connection,
            coordinator,
            address in
            self.meet(connection, coordinator, address)
        }
        handling.admit = { coordinator, _ in self.refusal(of: coordinator) }
        handling.observers = Observers(on: self.loop) { self.status }
        return handling
    }

    private func start() throws {
        self.loop.execute { self.waitForCoordinator() }
        let offer = HostLine.Offer(
            workers: self.settings.slots,
            credentials: self.settings.credentials?.name ?? "plaintext"
        )
        if self.settings.listens {
            let channel: any Channel
            do {
                let guests = TurnedAway()
                channel = try Listener.listen(at: self.settings.address, self.handling) { guests.note($0) }
            } catch {
                throw ParallelError(
                    .startupFailed,
                    "cannot listen at \(self.settings.address): \(NetworkFault.ofListening(error))"
                )
            }
            let port = channel.localAddress?.port ?? self.settings.address.port
            let address = try HostAddress(host: self.settings.address.host, port: port)
            self.loop.execute { self.listener = channel }
            Self.say(.listening(at: "\(address)", offer))
        } else {
            Self.say(.dialling("\(self.settings.address)", offer))
            let problem = ProblemLine()
            let dialer = Dialer(
                self.settings.address,
                self.handling,
                mayDialAgain: { self.former.isEmpty },
                note: { problem.note($0, self.settings.address) }
            )
            self.loop.execute {
                self.dialer = dialer
                dialer.start()
            }
        }
    }

    /// Says once what is wrong, and not at each attempt.
    // SAFETY: touched on the event loop alone.
    private final class ProblemLine: @unchecked Sendable {
        private var last: String?

        func note(_ failure: DialFailure?, _ address: HostAddress) {
            if let failure, failure.reason != self.last {
                HostProcess.say(.refusal(failure.reason, at: "\(address)"))
            }
            self.last = failure?.reason
        }
    }

    /// Says why those were turned away that a person can do something about.
    // SAFETY: touched on the event loop alone.
    private final class TurnedAway: @unchecked Sendable {
        private var quota = RefusalQuota()

        func note(_ failure: DialFailure) {
            guard failure.isFinal else { return }
            for line in self.quota.lines(of: failure.reason, at: MonotonicClock.now) { HostProcess.say(line) }
        }
    }

    // MARK: - Coordinators; on the event loop

    private func refusal(of coordinator: Greeting) -> GreetingRefusal? {
        if self.isLeaving { return GreetingRefusal(code: .busy, detail: "\(self.greeting.name) is about to end") }
        if let former = self.former.first {
            return GreetingRefusal(
                code: .busy,
                detail: "\(self.greeting.name) still ends what it has of \(former.coordinator.name)"
            )
        }
        guard let current = self.current else { return nil }
        if let idler = self.idler, idler.processID == coordinator.processID, MonotonicClock.now < idler.end {
            return GreetingRefusal(
                code: .busy,
                detail:
                    "\(self.greeting.name) was yours and had nothing to do; it is \(current.coordinator.name)'s for some seconds"
            )
        }
        guard !current.isDispensable else { return nil }
        // The same one again: what it was connected by before is dead, and nobody has noticed yet.
        if current.coordinator.processID == coordinator.processID { return nil }
        return GreetingRefusal(
            code: .busy,
            detail:
                "\(self.greeting.name) works for \(current.coordinator.name), and serves another one as soon as no call there uses it"
        )
    }

    private func meet(_ connection: Connection, _ coordinator: Greeting, _ address: String) -> any Guest {
        if let current = self.current { self.replace(current, by: coordinator) }
        Self.say(.serves(coordinator.name, at: address))
        let guest = HostGuest(
            connection,
            coordinator,
            self.loop,
            slots: self.settings.slots,
            arrayByteCount: self.settings.arrayByteCount,
            tally: self.tally,
            didEmpty: { self.loop.execute { self.didEmpty() } },
            didEnd: { self.didEnd($0, $1) }
        )
        self.current = guest
        self.orphanTimer?.cancel()
        self.hadCoordinator = true
        return guest
    }

    /// There is one coordinator at a time.
    private func replace(_ current: HostGuest, by coordinator: Greeting) {
        if current.coordinator.processID == coordinator.processID {
            return current.abort("its coordinator has connected again")
        }
        self.current = nil
        let hasServed = current.relay.hasServed
        self.idler = hasServed ? nil : (current.coordinator.processID, MonotonicClock.now + Self.idlerTime)
        let reason = "it has nothing to do there, and \(coordinator.name) asks for it"
        Self.say(.leaves(current.coordinator.name, reason: reason))
        current.part()
    }

    /// What observers are told.
    private var status: StatusMessage {
        let running = self.former.reduce(self.current?.relay.batchCount ?? 0) { $0 + $1.relay.batchCount }
        let counts = self.tally.counts
        let traffic = self.current?.traffic ?? LinkTraffic()
        let host = StatusMessage.Host(
            name: self.greeting.name,
            slots: self.settings.slots,
            running: min(running, self.settings.slots),
            done: counts.done,
            failed: counts.failed,
            bytesIn: traffic.received,
            bytesOut: traffic.sent,
            isDraining: self.isLeaving
        )
        return StatusMessage(name: self.greeting.name, teller: .host, hosts: [host])
    }

    private func didEnd(_ guest: HostGuest, _ reason: String) {
        guard self.current === guest else { return }
        self.current = nil
        Self.say(.leaves(guest.coordinator.name, reason: reason))
        if guest.relay.batchCount > 0 { self.former.append(guest) }
        self.endIfLeft()
        self.waitForCoordinator()
    }

    /// Nothing is left of what a coordinator has asked for that is gone, or that this host leaves.
    private func didEmpty() {
        if !self.former.isEmpty {
            self.former.removeAll { $0.relay.batchCount == 0 }
            if self.former.isEmpty { self.dialer?.resume() }
        }
        if self.isLeaving, self.current?.relay.batchCount == 0 { self.current?.closeAfterWriting() }
        self.endIfLeft()
    }

    // MARK: - The end

    private func waitForCoordinator() {
        guard let seconds = self.settings.orphanTime else { return }
        self.orphanTimer?.cancel()
        self.orphanTimer = self.loop.scheduleTask(in: .seconds(Int64(seconds))) {
            guard self.current == nil else { return }
            Self.say("ends, since it has had no coordinator for \(seconds) s")
            // Whoever has started it is to see that it was of no use.
            ThisProcess.exit(self.hadCoordinator ? 0 : 69)
        }
    }

    private func leave() {
        self.isLeaving = true
        self.listener?.close(promise: nil)
        self.current?.leave()
        // By now nothing begins any more.
        Self.say("leaves when it has done what it has begun")
        self.endIfLeft()
    }

    private func endIfLeft() {
        guard self.isLeaving, self.current == nil, self.former.isEmpty else { return }
        self.dialer?.stop()
        ThisProcess.exit(0)
    }
}

/// Called before `main` in a process that is to be a host.
@c(joblib_run_host)
public func runHostProcess(_ listens: CInt, _ address: UnsafePointer<CChar>) {
    HostProcess.run(listens: listens != 0, unsafe String(cString: address))
}

#endif
