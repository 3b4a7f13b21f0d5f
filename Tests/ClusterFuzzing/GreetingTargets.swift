// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

extension ProgramIdentity {
    fileprivate static let example = ProgramIdentity(
        version: ProgramIdentity.currentVersion,
        build: "0123456789abcdef",
        architecture: "x86_64, little-endian, 64 bits",
        program: "wordcount"
    )
}

extension Greeting {
    fileprivate static let coordinator = Greeting(
        identity: .example,
        role: .coordinator,
        processID: Array(0..<16),
        name: "desk:1",
        slots: 0
    )

    fileprivate static let host = Greeting(
        identity: .example,
        role: .host,
        processID: Array(16..<32),
        name: "node7:4711",
        slots: 8
    )
}

extension ClusterFuzzTarget {
    private static let greetings: [GreetingFrame] = [
        .welcome(.host), .greeting(.coordinator), .accepted,
        .refused(GreetingRefusal(code: .busy, detail: "it has another coordinator")),
    ]

    /// The first frame of a connection.
    static let greetingFrame = ClusterFuzzTarget(name: "GreetingFrame", seeds: Self.greetings.flatMap(\.bytes.variants))
    {
        bytes in
        guard case .complete(let frame, let count) = GreetingFrame.read(bytes) else { return }
        hold(5...GreetingFrame.lengthByteCount + GreetingFrame.maximumLength ~= count, "a frame of \(count) bytes")
        hold(count <= bytes.count, "\(count) bytes are read of \(bytes.count)")
        hold(GreetingFrame.read(bytes.prefix(count)) == .complete(frame, byteCount: count), "what follows is not read")
        hold(GreetingFrame.read(bytes.prefix(count - 1)) == .incomplete, "a frame is whole or not there")
        // A value may be written in several ways, and some are shorter than ours.
        let again = frame.bytes
        guard again.count <= GreetingFrame.lengthByteCount + GreetingFrame.maximumLength else { return }
        hold(GreetingFrame.read(again[...]) == .complete(frame, byteCount: again.count), "\(frame) comes back")
    }

    /// The whole greeting, in pieces whose size the first byte says, at the end that its lowest bit says.
    static let greetingMachine = ClusterFuzzTarget(
        name: "GreetingMachine",
        seeds: [0, 1, 2, 9, 34]
            .flatMap { (first: UInt8) -> [[UInt8]] in
                let talk = first & 1 == 0 ? Self.greetings[1].bytes : Self.greetings[0].bytes + Self.greetings[2].bytes
                return (talk.variants + [Self.greetings[3].bytes]).map { [first] + $0 }
            }
    ) { input in
        guard let first = input.first else { return }
        let side: GreetingMachine.Side = first & 1 == 0 ? .server : .client
        let bytes = Array(input.dropFirst())
        let whole = Self.greet(side, [bytes[...]])
        let pieces = Self.greet(side, bytes.pieces(of: max(1, Int(first >> 1))))
        // A client that has said more than its greeting is refused for that if it was there at once; later it is another matter.
        if side == .server, case .complete(_, let count) = GreetingFrame.read(bytes[...]), count < bytes.count {
            return
        }
        hold(whole == pieces, "it does not matter how bytes are cut: \(whole), \(pieces)")
    }

    private static func greet(_ side: GreetingMachine.Side, _ pieces: [ArraySlice<UInt8>]) -> [GreetingMachine.Action] {
        var machine = GreetingMachine(side, side == .server ? .host : .coordinator)
        var actions = machine.start()
        for piece in pieces { actions += machine.receive(piece) }
        actions += machine.end()
        hold(machine.isDone, "it comes to an end")
        for action in actions {
            switch action {
            case .send(let bytes):
                guard case .complete(_, bytes.count) = GreetingFrame.read(bytes[...]) else {
                    fatalError("\(bytes) is sent, which is no frame")
                }
            case .accepted(let peer):
                hold(peer.role != (side == .server ? .host : .coordinator), "the other end has the other role")
                hold(0...Greeting.maximumSlots ~= peer.slots, "\(peer.slots) workers")
                for text in [peer.name, peer.identity.program] { holdPrintable(text, atMost: 100) }
            case .refused(let refusal): holdPrintable(refusal.detail, atMost: 2000)
            }
        }
        return actions
    }
}
