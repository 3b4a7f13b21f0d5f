// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How two sides that have a secure connection, and nothing else yet, find out whether they belong together.
///
/// ```
/// server                                client
///   welcome(greeting)  ──────────────►    checks it
///   checks it          ◄──────────────  greeting(greeting)
///   accepted           ──────────────►
/// ```
///
/// The server speaks first: a client of TLS 1.3 takes the connection for complete before the server has seen its certificate, so it says
/// nothing until the server has spoken, which a server does only to whom it trusts. In place of any step a side may refuse, and closes.
///
/// It decides, and does nothing: whoever has the connection carries out its actions in order.
package struct GreetingMachine: Sendable {
    /// Who has accepted the connection, and who has dialled.
    package enum Side: Sendable, CaseIterable {
        case server, client
    }

    /// What is to be done.
    package enum Action: Equatable, Sendable {
        /// These bytes are to be sent.
        case send([UInt8])

        /// The two belong together. What follows on the connection is said in the cluster; ``GreetingMachine/remainder`` is the beginning.
        case accepted(Greeting)

        /// They do not; the connection is to be closed once everything is sent.
        case refused(GreetingRefusal)
    }

    private enum State {
        case idle, awaitingWelcome, awaitingGreeting, done
        case awaitingAcceptance(of: Greeting)
    }

    private let side: Side
    private let greeting: Greeting
    private let judge: @Sendable (Greeting) -> GreetingRefusal?
    private var state = State.idle
    private var buffer: [UInt8] = []

    /// What the other end has proved to be, where it has; it may not say anything else.
    package var provenRole: Greeting.Role?

    /// Whether the other end, which is another build, will soon be none any more.
    package private(set) var peerMakesWay = false

    /// What has come in behind the last frame, when the greeting is accepted; a client's only, since servers refuse it.
    package private(set) var remainder: [UInt8] = []

    /// Makes a machine for one connection.
    ///
    /// - Parameters:
    ///   - side: Which one this is.
    ///   - greeting: What this process says of itself.
    ///   - judge: Why this process does not want one that is the same program and has the other role, such as since it has another
    ///     coordinator; `nil` if it does. It is asked at most once.
    package init(
        _ side: Side,
        _ greeting: Greeting,
        judge: @escaping @Sendable (Greeting) -> GreetingRefusal? = { _ in nil }
    ) {
        self.side = side
        self.greeting = greeting
        self.judge = judge
    }

    /// Whether nothing is left to do, either way.
    package var isDone: Bool {
        if case .done = self.state { true } else { false }
    }

    /// Begins, once the connection is encrypted and its other end was checked.
    package mutating func start() -> [Action] {
        guard case .idle = self.state else { return [] }
        switch self.side {
        case .client:
            self.state = .awaitingWelcome
            return []
        case .server:
            self.state = .awaitingGreeting
            return [.send(GreetingFrame.welcome(self.greeting).bytes)]
        }
    }

    /// Takes bytes, as they come.
    ///
    /// - Parameter bytes: Any number of them, also of several frames. What comes when it is done is ignored.
    /// - Returns: What to do, in order.
    package mutating func receive(_ bytes: some Collection<UInt8>) -> [Action] {
        guard !self.isDone else { return [] }
        var actions: [Action] = []
        var rest = self.buffer + bytes
        self.buffer = []
        while !self.isDone {
            switch GreetingFrame.read(rest[...]) {
            case .incomplete:
                self.buffer = rest
                return actions
            case .malformed(let what): actions += self.refuse(.malformed("it has sent \(what)"))
            case .foreign(let identity): actions += self.refuse(self.refusal(ofForeign: identity))
            case .complete(let frame, let byteCount):
                rest.removeFirst(byteCount)
                actions += self.handle(frame, hasMore: !rest.isEmpty)
            }
        }
        if case .accepted = actions.last { self.remainder = rest }
        return actions
    }

    /// Takes note that the other side has closed the connection.
    package mutating func end() -> [Action] {
        guard !self.isDone else { return [] }
        self.state = .done
        return [
            .refused(.malformed("it has closed the connection in the middle of the greeting; look at what it prints"))
        ]
    }

    private mutating func handle(_ frame: GreetingFrame, hasMore: Bool) -> [Action] {
        switch (self.state, frame) {
        case (.awaitingWelcome, .welcome(let peer)):
            if let refusal = self.refusal(of: peer) {
                self.peerMakesWay = refusal.code == .build && self.mayTakeThisBuild(peer)
                return self.refuse(refusal)
            }
            self.state = .awaitingAcceptance(of: peer.printable)
            return [.send(GreetingFrame.greeting(self.greeting).bytes)]
        case (.awaitingGreeting, .greeting(let peer)):
            // A client says nothing in the cluster before it is accepted.
            if hasMore { return self.refuse(.malformed("it has sent more than its greeting")) }
            if let refusal = self.refusal(of: peer) { return self.refuse(refusal) }
            self.state = .done
            return [.send(GreetingFrame.accepted.bytes), .accepted(peer.printable)]
        case (.awaitingAcceptance(let peer), .accepted):
            self.state = .done
            return [.accepted(peer)]
        case (.awaitingWelcome, .refused(let refusal)), (.awaitingGreeting, .refused(let refusal)),
            (.awaitingAcceptance, .refused(let refusal)):
            self.state = .done
            return [.refused(GreetingRefusal(code: refusal.code, detail: refusal.detail.printable(2000)))]
        default: return self.refuse(.malformed("it has sent the frame '\(frame.kind)' out of turn"))
        }
    }

    private mutating func refuse(_ refusal: GreetingRefusal) -> [Action] {
        self.state = .done
        // Shorter than a frame, whatever the characters are.
        let told = GreetingRefusal(code: refusal.code, detail: refusal.detail.printable(900))
        return [.send(GreetingFrame.refused(told).bytes), .refused(refusal)]
    }

    private func refusal(of peer: Greeting) -> GreetingRefusal? {
        if let fault = peer.fault { return .malformed(fault) }
        let own = self.greeting
        if let role = self.provenRole, role != peer.role.certified {
            return GreetingRefusal(
                code: .role,
                detail:
                    "\(peer.name.printable()) says that it is a \(peer.role.rawValue), and its certificate is that of a \(role.rawValue)"
            )
        }
        let mayBeAnother = !peer.role.isOfTheProgram || !own.role.isOfTheProgram
        if let refusal = own.identity.refusal(
            of: peer.identity,
            at: peer.name,
            from: own.name,
            mayBeAnother: mayBeAnother
        ) {
            return refusal
        }
        // Observers dial, and are not dialled.
        guard peer.role != .observer || self.side == .server && own.role != .observer else {
            return GreetingRefusal(
                code: .role,
                detail: "\(peer.name.printable()) is an observer; name the address of a coordinator or a host"
            )
        }
        // A tool is to be a host.
        let isPair =
            peer.role != own.role && (peer.role != .tool || own.role == .coordinator)
            && (own.role != .tool || peer.role == .coordinator)
        guard isPair || (peer.role == own.role && own.role != .tool) else {
            return GreetingRefusal(
                code: .role,
                detail:
                    "\(peer.name.printable()) is a \(peer.role.rawValue), and \(own.name.printable()) a \(own.role.rawValue); "
                    + "an executable is for joblib-worker to get, and for a coordinator to give"
            )
        }
        guard isPair else {
            let names = "\(peer.name.printable()) and \(own.name.printable())"
            return GreetingRefusal(
                code: .role,
                detail: "\(names) are both a \(own.role.rawValue); one of a coordinator and a host dials the other"
            )
        }
        return self.judge(peer.printable)
    }

    /// Whether a host says that it makes way, and could run this program.
    private func mayTakeThisBuild(_ peer: Greeting) -> Bool {
        let (own, other) = (self.greeting.identity, peer.identity)
        return peer.role == .host && peer.makesWay == true && own.version == other.version
            && own.architecture == other.architecture
    }

    private func refusal(ofForeign identity: ProgramIdentity) -> GreetingRefusal {
        self.greeting.identity.refusal(of: identity, at: "the other end", from: self.greeting.name)
            ?? .malformed("it speaks the same version in another way")
    }
}
