// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire

/// What is said before the two sides are one cluster: a length of 32 bits, the lowest byte first, then a kind and its bytes.
///
/// The length is that of everything behind it. Other versions of the program have to read these frames, so they stay as they are.
package enum GreetingFrame: Equatable, Sendable {
    /// The server's greeting, which comes first.
    case welcome(Greeting)

    /// The client's.
    case greeting(Greeting)

    /// The server wants the client.
    case accepted

    /// One side does not want the other, and closes.
    case refused(GreetingRefusal)

    /// What whoever reads it makes of a kind.
    package enum Kind: UInt8, CaseIterable, Sendable {
        case welcome = 1
        case greeting = 2
        case accepted = 3
        case refused = 4
    }

    /// How many bytes a frame has at most behind its length; nobody is known who may ask for more memory than that.
    package static let maximumLength = 4096

    package static let lengthByteCount = 4

    package var kind: Kind {
        switch self {
        case .welcome: .welcome
        case .greeting: .greeting
        case .accepted: .accepted
        case .refused: .refused
        }
    }

    /// The frame as bytes.
    package var bytes: [UInt8] {
        let contents =
            switch self {
            case .welcome(let greeting), .greeting(let greeting): Self.encoded(greeting)
            case .accepted: [] as [UInt8]
            case .refused(let refusal): Self.encoded(refusal)
            }
        return UInt64(1 + contents.count).littleEndianBytes.prefix(Self.lengthByteCount) + [self.kind.rawValue]
            + contents
    }

    private static func encoded(_ value: some Encodable) -> [UInt8] {
        // A value of texts and numbers has nothing that could not be encoded.
        (try? self.coder.encode(value)) ?? []
    }
}

// MARK: - Reading

extension GreetingFrame {
    /// What the bytes received so far are.
    package enum Reading: Equatable, Sendable {
        /// The beginning of a frame, or nothing.
        case incomplete

        /// A frame, and how many bytes it takes.
        case complete(GreetingFrame, byteCount: Int)

        /// Nothing that a frame could begin with; why.
        case malformed(String)

        /// A greeting of another version, whose other parts are not known.
        case foreign(ProgramIdentity)
    }

    /// Reads the first frame.
    ///
    /// - Parameter bytes: What was received, from the first byte of a frame. No more of it is needed than the longest frame has.
    /// - Returns: What it is. Lengths are refused before anything behind them has come.
    package static func read(_ bytes: ArraySlice<UInt8>) -> Reading {
        guard bytes.count >= self.lengthByteCount else { return .incomplete }
        let length = bytes.prefix(self.lengthByteCount).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard 1...self.maximumLength ~= length else {
            return .malformed("a length of \(length) bytes, where 1 to \(self.maximumLength) are")
        }
        let contents = bytes.dropFirst(self.lengthByteCount).prefix(length)
        guard let first = contents.first else { return .incomplete }
        guard let kind = Kind(rawValue: first) else { return .malformed("the kind \(first), which there is not") }
        guard contents.count == length else { return .incomplete }
        return self.read(kind, contents.dropFirst(), byteCount: self.lengthByteCount + length)
    }

    private static func read(_ kind: Kind, _ contents: ArraySlice<UInt8>, byteCount: Int) -> Reading {
        switch kind {
        case .welcome, .greeting:
            if let greeting = try? self.coder.decode(Greeting.self, from: contents) {
                return .complete(kind == .welcome ? .welcome(greeting) : .greeting(greeting), byteCount: byteCount)
            }
            // Other versions may say other things besides, and are to be told which version they have met.
            if let identity = (try? self.coder.decode(AnyGreeting.self, from: contents))?.identity,
                identity.version != ProgramIdentity.currentVersion
            {
                return .foreign(identity)
            }
            return .malformed("a greeting that cannot be read")
        case .accepted:
            return contents.isEmpty
                ? .complete(.accepted, byteCount: byteCount) : .malformed("more than that the greeting was accepted")
        case .refused:
            guard let refusal = try? self.coder.decode(GreetingRefusal.self, from: contents) else {
                return .malformed("a refusal that cannot be read")
            }
            return .complete(.refused(refusal), byteCount: byteCount)
        }
    }

    private static let coder: BinaryCoder = {
        var limits = CodingLimits()
        limits.depth = 8
        limits.byteCount = Self.maximumLength
        return BinaryCoder(trust: .none, limits: limits)
    }()
}

/// What greetings of all versions have.
private struct AnyGreeting: Decodable {
    var identity: ProgramIdentity
}
