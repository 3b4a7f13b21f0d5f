// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

extension ProgramIdentity {
    static let example = ProgramIdentity(
        version: ProgramIdentity.currentVersion,
        build: "0123456789abcdef",
        architecture: "x86_64, little-endian, 64 bits",
        program: "wordcount"
    )

    /// The same, with one thing changed.
    func with<Value>(_ path: WritableKeyPath<ProgramIdentity, Value>, _ value: Value) -> ProgramIdentity {
        var identity = self
        identity[keyPath: path] = value
        return identity
    }
}

extension Greeting {
    static let coordinator = Greeting(
        identity: .example,
        role: .coordinator,
        processID: Array(0..<16),
        name: "desk:1",
        slots: 0
    )

    static let host = Greeting(identity: .example, role: .host, processID: Array(16..<32), name: "node7:4711", slots: 8)

    /// Another program, which asks how the others are.
    static let observer = Greeting(
        identity: ProgramIdentity.example.with(\.build, "ffff").with(\.architecture, "arm64")
            .with(\.program, "joblib-worker"),
        role: .observer,
        processID: Array(32..<48),
        name: "desk:9",
        slots: 0
    )

    /// The same, with one thing changed.
    func with<Value>(_ path: WritableKeyPath<Greeting, Value>, _ value: Value) -> Greeting {
        var greeting = self
        greeting[keyPath: path] = value
        return greeting
    }
}

extension GreetingFrame {
    static func example(_ kind: Kind) -> GreetingFrame {
        switch kind {
        case .welcome: .welcome(.host)
        case .greeting: .greeting(.coordinator)
        case .accepted: .accepted
        case .refused: .refused(GreetingRefusal(code: .busy, detail: "it has another coordinator"))
        }
    }
}

extension GreetingMachine {
    /// A host that listens, or a coordinator that dials.
    static func example(_ side: Side) -> GreetingMachine {
        GreetingMachine(side, side == .server ? .host : .coordinator)
    }
}

extension [GreetingMachine.Action] {
    /// What all bytes to be sent are, frame by frame.
    var frames: [GreetingFrame] {
        var bytes: ArraySlice<UInt8> = []
        for case .send(let piece) in self { bytes += piece }
        var frames: [GreetingFrame] = []
        while case .complete(let frame, let count) = GreetingFrame.read(bytes) {
            frames.append(frame)
            bytes = bytes.dropFirst(count)
        }
        return frames
    }

    var refusal: GreetingRefusal? {
        if case .refused(let refusal) = self.last { refusal } else { nil }
    }

    var accepted: Greeting? {
        if case .accepted(let greeting) = self.last { greeting } else { nil }
    }
}
