// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCluster

@Suite(.timeLimit(.minutes(1)))
struct GreetingMachineTests {
    /// How far a machine is.
    enum Stage: CaseIterable, Sendable {
        case idle, started, greeted, accepted, refused, ended

        /// Brings a machine there; `nil` where a side never is.
        func machine(_ side: GreetingMachine.Side) -> GreetingMachine? {
            var machine = GreetingMachine.example(side)
            if self == .idle { return machine }
            _ = machine.start()
            switch self {
            case .idle, .started: break
            case .greeted:
                guard side == .client else { return nil }
                _ = machine.receive(GreetingFrame.welcome(.host).bytes)
            case .accepted:
                let bytes = side == .client ? GreetingFrame.welcome(.host).bytes + GreetingFrame.accepted.bytes : nil
                _ = machine.receive(bytes ?? GreetingFrame.greeting(.coordinator).bytes)
            case .refused: _ = machine.receive([0, 0, 0, 0])
            case .ended: _ = machine.end()
            }
            return machine
        }
    }

    @Test("Both learn who the other is", arguments: [true, false])
    func acceptance(hostListens: Bool) {
        let serverGreeting = hostListens ? Greeting.host : .coordinator
        let clientGreeting = hostListens ? Greeting.coordinator : .host
        var server = GreetingMachine(.server, serverGreeting)
        var client = GreetingMachine(.client, clientGreeting)
        #expect(client.start() == [])
        let welcome = server.start()
        #expect(welcome.frames == [.welcome(serverGreeting)])
        let greeting = client.receive(welcome.bytes)
        #expect(greeting == [.send(GreetingFrame.greeting(clientGreeting).bytes)])
        let acceptance = server.receive(greeting.bytes)
        #expect(acceptance == [.send(GreetingFrame.accepted.bytes), .accepted(clientGreeting)])
        #expect(client.receive(acceptance.bytes) == [.accepted(serverGreeting)])
        #expect(server.isDone && client.isDone)
    }

    @Test("Bytes may come one by one")
    func byteByByte() {
        var server = GreetingMachine.example(.server)
        var client = GreetingMachine.example(.client)
        _ = client.start()
        let greeting = server.start().bytes.flatMap { client.receive([$0]) }
        let acceptance = greeting.bytes.flatMap { server.receive([$0]) }
        #expect(acceptance.accepted == .coordinator)
        #expect(acceptance.bytes.flatMap { client.receive([$0]) }.accepted == .host)
    }

    @Test("What follows the acceptance is the client's next, and a server has refused it")
    func remainder() {
        var client = Stage.greeted.machine(.client)!
        #expect(client.receive(GreetingFrame.accepted.bytes + [1, 2, 3]).accepted == .host)
        #expect(client.remainder == [1, 2, 3])
        var server = Stage.started.machine(.server)!
        #expect(server.receive(GreetingFrame.greeting(.coordinator).bytes + [1]).refusal?.code == .malformed)
        #expect(server.remainder.isEmpty)
    }

    @Test(
        "S18: every frame at every time: one goes on, a refusal ends it, the others are refused",
        arguments: GreetingMachine.Side.allCases,
        Stage.allCases
    )
    func everyFrame(_ side: GreetingMachine.Side, _ stage: Stage) {
        for kind in GreetingFrame.Kind.allCases {
            guard var machine = stage.machine(side) else { return }
            let actions = machine.receive(GreetingFrame.example(kind).bytes)
            switch (side, stage, kind) {
            case (_, .accepted, _), (_, .refused, _), (_, .ended, _): #expect(actions == [])
            case (.client, .started, .welcome):
                #expect(actions.frames == [.greeting(.coordinator)])
                #expect(!machine.isDone)
            case (.client, .greeted, .accepted): #expect(actions == [.accepted(.host)])
            case (.server, .started, .greeting): #expect(actions.accepted == .coordinator)
            case (_, .started, .refused), (_, .greeted, .refused):
                #expect(actions == [.refused(GreetingRefusal(code: .busy, detail: "it has another coordinator"))])
            default:
                #expect(actions.refusal?.code == .malformed)
                #expect(actions.frames.map(\.kind) == [.refused])
                #expect(machine.isDone)
            }
        }
    }

    @Test(
        "An end in the middle is a refusal, and one behind the end is nothing",
        arguments: GreetingMachine.Side.allCases
    )
    func end(_ side: GreetingMachine.Side) {
        for stage in Stage.allCases {
            guard var machine = stage.machine(side) else { continue }
            let wasDone = machine.isDone
            let actions = machine.end()
            #expect(wasDone ? actions == [] : actions.refusal?.code == .malformed)
            #expect(actions.frames.isEmpty)
            #expect(machine.start() == [])
        }
    }

    @Test("Every beginning of a frame is waited for, and then ends badly")
    func truncation() {
        let bytes = GreetingFrame.greeting(.coordinator).bytes
        for count in bytes.indices {
            var server = Stage.started.machine(.server)!
            #expect(server.receive(bytes.prefix(count)) == [])
            #expect(server.end().refusal?.code == .malformed)
        }
    }

    @Test("S16: with any bit turned a greeting is refused, or is one of the same build within its limits")
    func bitFlips() {
        let bytes = GreetingFrame.greeting(.coordinator).bytes
        for position in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[position] ^= 1 << bit
                var server = Stage.started.machine(.server)!
                guard let peer = server.receive(flipped).accepted else {
                    #expect(server.end().refusal != nil || server.isDone)
                    continue
                }
                #expect(peer.identity.with(\.program, "wordcount") == .example)
                #expect(peer.role == .coordinator && peer.slots == 0 && peer.processID.count == 16)
            }
        }
    }

    @Test("S16: a length that no frame has is refused at once", arguments: [0, 4097, 1 << 31 - 1, 1 << 32 - 1])
    func lengths(_ length: UInt64) {
        for side in GreetingMachine.Side.allCases {
            var machine = Stage.started.machine(side)!
            #expect(machine.receive(length.littleEndianBytes.prefix(4)).refusal?.code == .malformed)
        }
    }

    @Test("What cannot be true is refused")
    func limits() {
        let hosts: [Greeting] = [
            .host.with(\.slots, 0), .host.with(\.slots, -1), .host.with(\.slots, 65_537), .host.with(\.slots, .max),
            .host.with(\.processID, []), .host.with(\.processID, Array(0..<15)), .host.with(\.processID, Array(0..<17)),
        ]
        for host in hosts {
            var client = Stage.started.machine(.client)!
            #expect(client.receive(GreetingFrame.welcome(host).bytes).refusal?.code == .malformed)
        }
        var server = Stage.started.machine(.server)!
        let coordinator = Greeting.coordinator.with(\.slots, 1)
        #expect(server.receive(GreetingFrame.greeting(coordinator).bytes).refusal?.code == .malformed)
        for slots in [1, 65_536] {
            var client = Stage.started.machine(.client)!
            #expect(client.receive(GreetingFrame.welcome(.host.with(\.slots, slots)).bytes).refusal == nil)
        }
    }

    @Test("Two coordinators and two hosts do not belong together", arguments: [Greeting.host, .coordinator])
    func roles(_ greeting: Greeting) throws {
        var client = GreetingMachine(.client, greeting)
        _ = client.start()
        let actions = client.receive(GreetingFrame.welcome(greeting.with(\.name, "other:1")).bytes)
        let refusal = try #require(actions.refusal)
        #expect(refusal.code == .role)
        #expect(refusal.detail.contains("other:1 and \(greeting.name) are both a \(greeting.role.rawValue)"))
        #expect(actions.frames == [.refused(refusal)])
    }

    @Test("S19: another build is refused at either end, and both are told both identities and what to do")
    func otherBuild() throws {
        let identities = [
            ProgramIdentity.example.with(\.build, "fedcba9876543210"),
            ProgramIdentity.example.with(\.architecture, "arm64, little-endian, 64 bits"),
            ProgramIdentity.example.with(\.architecture, "x86_64, big-endian, 64 bits"),
            ProgramIdentity.example.with(\.architecture, "x86_64, little-endian, 32 bits"),
            ProgramIdentity.example.with(\.version, ProgramIdentity.currentVersion + 1),
            ProgramIdentity.example.with(\.version, ProgramIdentity.currentVersion - 1),
        ]
        for identity in identities {
            var client = Stage.started.machine(.client)!
            let refused = client.receive(GreetingFrame.welcome(.host.with(\.identity, identity)).bytes)
            var server = Stage.started.machine(.server)!
            let told = server.receive(refused.bytes)
            for refusal in [try #require(refused.refusal), try #require(told.refusal)] {
                #expect(refusal.code == .build)
                for text in [
                    "desk:1 runs 'wordcount' (build 0123456789abcdef, x86_64, little-endian, 64 bits, version \(ProgramIdentity.currentVersion))",
                    "node7:4711 runs 'wordcount' (build \(identity.build), \(identity.architecture), version \(identity.version))",
                    "executable",
                ] { #expect(refusal.detail.contains(text)) }
            }
            var other = Stage.started.machine(.server)!
            let greeting = Greeting.coordinator.with(\.identity, identity)
            #expect(other.receive(GreetingFrame.greeting(greeting).bytes).refusal?.code == .build)
        }
    }

    @Test("A host of another build may say that it makes way for this one, and nobody else is believed")
    func makingWay() {
        let other = Greeting.host.with(\.identity, ProgramIdentity.example.with(\.build, "ffff"))
        for (greeting, isBelieved) in [
            (other.with(\.makesWay, true), true), (other.with(\.makesWay, false), false), (other, false),
            (Greeting.host.with(\.makesWay, true), false),
            (other.with(\.makesWay, true).with(\.identity, other.identity.with(\.architecture, "arm64")), false),
            (other.with(\.makesWay, true).with(\.role, .coordinator).with(\.slots, 0), false),
        ] {
            var client = GreetingMachine.example(.client)
            _ = client.start()
            _ = client.receive(GreetingFrame.welcome(greeting).bytes)
            #expect(client.peerMakesWay == isBelieved, "\(greeting)")
        }
    }

    @Test("An observer is another program, and is let in by whoever listens and has the same version")
    func observers() {
        for server in [Greeting.host, .coordinator] {
            var listener = GreetingMachine(.server, server)
            var client = GreetingMachine(.client, .observer)
            _ = client.start()
            let greeting = client.receive(listener.start().bytes)
            let acceptance = listener.receive(greeting.bytes)
            #expect(acceptance.accepted == .observer)
            #expect(client.receive(acceptance.bytes).accepted == server)
        }
        let old = Greeting.observer.with(\.identity.version, ProgramIdentity.currentVersion + 1)
        var server = Stage.started.machine(.server)!
        #expect(server.receive(GreetingFrame.greeting(old).bytes).refusal?.code == .build)
        server = Stage.started.machine(.server)!
        #expect(server.receive(GreetingFrame.greeting(.observer.with(\.slots, 1)).bytes).refusal?.code == .malformed)
    }

    @Test("An observer is not dialled, and two of them have nothing to tell each other")
    func observersThatListen() {
        var client = Stage.started.machine(.client)!
        #expect(client.receive(GreetingFrame.welcome(.observer).bytes).refusal?.code == .role)
        client = GreetingMachine(.client, .observer)
        _ = client.start()
        #expect(client.receive(GreetingFrame.welcome(.observer).bytes).refusal?.code == .role)
        var server = GreetingMachine(.server, .observer)
        _ = server.start()
        #expect(server.receive(GreetingFrame.greeting(.observer).bytes).refusal?.code == .role)
    }

    @Test("Nobody says that it is anything but what it was certified to be")
    func provenRoles() {
        let greetings: [Greeting.Role: Greeting] = [.coordinator: .coordinator, .host: .host, .observer: .observer]
        for role in Greeting.Role.allCases {
            for (said, greeting) in greetings where said != .host {
                var server = Stage.idle.machine(.server)!
                server.provenRole = role
                _ = server.start()
                let actions = server.receive(GreetingFrame.greeting(greeting).bytes)
                #expect((actions.accepted != nil) == (said == role), "\(said) \(role)")
                if said != role { #expect(actions.refusal?.code == .role) }
            }
        }
    }

    @Test("The name of the program's file does not count")
    func programName() {
        let greeting = Greeting.coordinator.with(\.identity, .example.with(\.program, "copy of wordcount"))
        var server = Stage.started.machine(.server)!
        #expect(server.receive(GreetingFrame.greeting(greeting).bytes).accepted?.name == "desk:1")
    }

    @Test(
        "Who is asked whether the other is wanted is asked once, last, and its answer is told",
        arguments: [GreetingRefusal.Code.busy, .excluded]
    )
    func judge(_ code: GreetingRefusal.Code) {
        let asked = Mutex<[Greeting]>([])
        let answer = GreetingRefusal(code: code, detail: "not now")
        func server() -> GreetingMachine {
            GreetingMachine(.server, .host) { peer in
                asked.withLock { $0.append(peer) }
                return answer
            }
        }
        var first = server()
        _ = first.start()
        let actions = first.receive(GreetingFrame.greeting(.coordinator).bytes)
        #expect(actions.frames == [.refused(answer)] && actions.refusal == answer)
        var client = Stage.greeted.machine(.client)!
        #expect(client.receive(actions.bytes) == [.refused(answer)])

        var second = server()
        _ = second.start()
        #expect(second.receive(GreetingFrame.greeting(.host).bytes).refusal?.code == .role)
        #expect(asked.withLock { $0 } == [.coordinator])
    }

    @Test("A refusal fits into a frame, whatever its reason")
    func longRefusal() throws {
        let answer = GreetingRefusal(code: .busy, detail: String(repeating: "\u{1F600}", count: 5000))
        var server = GreetingMachine(.server, .host) { _ in answer }
        _ = server.start()
        let actions = server.receive(GreetingFrame.greeting(.coordinator).bytes)
        #expect(actions.refusal == answer)
        var client = Stage.greeted.machine(.client)!
        #expect(try #require(client.receive(actions.bytes).refusal).code == .busy)
    }

    @Test("What is shown of the other side moves no cursor and has no end of its own")
    func printable() throws {
        let name = "a\u{1b}[2J\nb\u{202e}c\u{2028}" + String(repeating: "x", count: 500)
        var server = Stage.started.machine(.server)!
        let greeting = Greeting.coordinator.with(\.name, name).with(\.identity.program, "word\u{1b}count")
        let peer = try #require(server.receive(GreetingFrame.greeting(greeting).bytes).accepted)
        #expect(peer.name.hasPrefix("a?[2J?b?c?xxx") && peer.name.count == 101)
        #expect(peer.identity.program == "word?count")

        var client = Stage.started.machine(.client)!
        let refusal = GreetingRefusal(code: .busy, detail: "\u{7}" + String(repeating: "\r", count: 3000))
        let shown = try #require(client.receive(GreetingFrame.refused(refusal).bytes).refusal)
        #expect(shown.detail.count == 2001 && shown.detail.allSatisfy { $0 == "?" || $0 == "…" })
    }
}

extension [GreetingMachine.Action] {
    fileprivate var bytes: [UInt8] {
        self.flatMap { if case .send(let bytes) = $0 { bytes } else { [] as [UInt8] } }
    }
}
