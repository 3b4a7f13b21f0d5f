// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import NIOCore

/// What uses a connection whose two ends have greeted each other; all on its event loop.
protocol Guest: AnyObject, Sendable {
    /// Bytes have come, whatever they say.
    func hear()

    /// The other end has said something; `nil`: something that makes no sense.
    func receive(_ message: HostMessage?)

    /// The other end has sent bytes of a piece of an array; by default that makes no sense.
    ///
    /// - Parameters:
    ///   - piece: What stands before the piece.
    ///   - bytes: The bytes.
    func receive(_ piece: HostFrame, _ bytes: RawSpan)

    /// So many bytes have come of something that it has not said to the end.
    func hold(_ byteCount: Int)

    /// That was all for now.
    func endTurn()

    /// The connection has ended, and why.
    func end(_ reason: String)
}

extension Guest {
    func receive(_ piece: HostFrame, _ bytes: RawSpan) { self.receive(nil) }

    /// Keeps no account.
    func hold(_ byteCount: Int) {}
}

/// What connections are made with, and who gets them.
struct GuestHandling: Sendable {
    /// What this process says of itself.
    let greeting: Greeting

    /// `nil`: nothing is encrypted.
    let security: ClusterTLS?

    let loop: any EventLoop

    /// By which those connections take turns that have much to send.
    let turns = WriteTurns()

    /// How long both ends may take to get to know each other.
    var greetingTime = Transport.greetingTime

    /// Whether one who has proved to belong to the cluster is welcome over a connection; on the event loop.
    ///
    /// Here and below the number of its process is, where it is encrypted, not what it says, but the hash of the key that it has proved
    /// to have: another one's is not to be had.
    var admit: @Sendable (Greeting, any Channel) -> GreetingRefusal? = { _, _ in nil }

    /// Makes the user of a connection, and has it begin; on the event loop.
    let makeGuest: @Sendable (Connection, Greeting, String) -> any Guest

    /// Those who only ask how things are; `nil`: nobody may.
    var observers: Observers?

    /// Makes the user of a connection to one who wants the executable; `nil`: there is none to be had.
    var makeTool: (@Sendable (Connection, Greeting) -> any Guest)?

    func refusal(of peer: Greeting, over channel: any Channel) -> GreetingRefusal? {
        if peer.role == .tool, self.makeTool == nil {
            return GreetingRefusal(code: .role, detail: "\(self.greeting.name) has no executable to give")
        }
        guard peer.role == .observer else { return peer.role == .tool ? nil : self.admit(peer, channel) }
        guard let observers = self.observers else {
            return GreetingRefusal(code: .role, detail: "\(self.greeting.name) tells nobody how it is")
        }
        return observers.refusal(by: self.greeting.name)
    }

    func makeUser(_ connection: Connection, _ peer: Greeting, _ address: String) -> any Guest {
        if peer.role == .tool, let makeTool = self.makeTool { return makeTool(connection, peer) }
        guard peer.role == .observer, let observers = self.observers else {
            return self.makeGuest(connection, peer, address)
        }
        return observers.makeGuest(connection)
    }
}

/// How an attempt to connect has failed.
struct DialFailure: Error {
    let reason: String

    /// What trying again would not change, such as another token; `nil`: it may.
    let error: ParallelError?

    var isFinal: Bool { self.error != nil }
}

/// What a coordinator's process does with a host.
final class CoordinatorLink: Guest {
    private let driver: ClusterDriver
    private let number: LinkNumber

    init(_ driver: ClusterDriver, _ connection: Connection, _ host: Greeting, _ address: String) {
        self.driver = driver
        let description = HostDescription(
            processID: host.processID,
            name: "\(host.name) at \(address)",
            slots: host.slots
        )
        self.number = driver.join(description, connection)
        driver.flush()
    }

    func hear() { self.driver.hear(self.number) }

    func receive(_ message: HostMessage?) { self.driver.receive(message, from: self.number) }

    func receive(_ piece: HostFrame, _ bytes: RawSpan) {
        guard piece.kind == .resultPiece else { return self.receive(nil) }
        self.driver.receive(bytes, ofResultFor: piece.number, from: self.number)
    }

    func hold(_ byteCount: Int) { self.driver.hold(byteCount, of: self.number) }

    func endTurn() { self.driver.flush() }

    func end(_ reason: String) {
        self.driver.leave(self.number, reason)
        self.driver.flush()
    }
}

/// An event loop as what runs a coordinator.
final class EventLoopExecutor: ClusterExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func execute(_ body: @escaping @Sendable () -> Void) { self.loop.execute(body) }

    func schedule(at time: UInt64, _ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let task = self.loop.scheduleTask(deadline: .uptimeNanoseconds(time), body)
        return { task.cancel() }
    }
}

#endif
