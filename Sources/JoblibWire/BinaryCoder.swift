// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore

/// Turns `Codable` values into compact bytes and back, for another process of the same build.
///
/// Floating-point numbers arrive bit by bit, whatever they are. The bytes describe themselves well enough that keys may be
/// missing, unknown, or in another order. Decoding is safe whatever the bytes are: see ``CodingLimits``.
public struct BinaryCoder: BatchTaskCoder {
    /// How far what is decoded is trusted.
    public struct Trust: Sendable, Hashable {
        let acceptsLayouts: Bool

        /// The bytes come from a process of this very build that is as trustworthy as this one, such as a forked child.
        ///
        /// What is encoded is its bytes in memory, if it is bitwise-copyable, or an array of what is.
        public static let sameBuild = Trust(acceptsLayouts: true)

        /// The bytes may be anything: only arrays of numbers are their bytes in memory, any of which make a number.
        public static let none = Trust(acceptsLayouts: false)
    }

    let trust: Trust
    let limits: CodingLimits

    /// Where large arrays go instead of into the bytes.
    let arrays: (any ArrayExchange)?

    /// Makes a coder that trusts nothing, with the usual limits.
    public init() {
        self.init(trust: .none)
    }

    /// Makes a coder; both sides need the same.
    ///
    /// - Parameters:
    ///   - trust: How far what is decoded is trusted.
    ///   - limits: What is refused.
    ///   - arrays: Where large arrays of numbers go instead of into the bytes.
    public init(
        trust: Trust = .none,
        limits: CodingLimits = CodingLimits(),
        arrays: (any ArrayExchange)? = nil
    ) {
        self.trust = trust
        self.limits = limits
        self.arrays = arrays
    }

    /// Whether the coder was made with the trust `.sameBuild`.
    public var trustsMemory: Bool { self.trust.acceptsLayouts }

    /// With the trust `.none` of numbers themselves: any bytes make one.
    public func trustsMemory(of type: Any.Type) -> Bool { self.trust.acceptsLayouts || NumbersOnly.contain(type) }

    /// Tells the array exchange.
    public func beginBatch() { self.arrays?.beginBatch() }

    /// Asks the array exchange.
    public func endBatch() -> (@Sendable () -> Void)? { self.arrays?.endBatch() }

    /// Encodes a value.
    ///
    /// - Parameter value: Any value.
    /// - Returns: The bytes.
    /// - Throws: What the value's `encode(to:)` throws; `EncodingError`, which names the path, beyond the limits.
    public func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try self.encode(value, into: &bytes)
        return bytes
    }

    /// Encodes a value behind other bytes, without a memory allocation if these have room for it.
    ///
    /// - Parameters:
    ///   - value: Any value.
    ///   - bytes: What the value's bytes are appended to; as they were when an error is thrown.
    /// - Throws: What the value's `encode(to:)` throws; `EncodingError`, which names the path, beyond the limits.
    public func encode<T: Encodable>(_ value: T, into bytes: inout [UInt8]) throws {
        let session = EncodingSession.take()
        defer { session.putBack() }
        try session.encode(value, self, into: &bytes)
    }

    /// Decodes a value.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - bytes: What was encoded, all of it, or anything else.
    /// - Returns: The value.
    /// - Throws: What the value's `init(from:)` throws; `DecodingError`, which names the path, for bytes that make no value.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: ArraySlice<UInt8>) throws -> T {
        let source = ByteSource.take()
        defer { source.putBack() }
        return try unsafe bytes.withUnsafeBytes { bytes in
            if self.trust.acceptsLayouts, let value = unsafe source.whole(type, self.limits, bytes) { return value }
            defer { source.close() }
            return try unsafe source.decode(type, self, from: bytes)
        }
    }

    /// Decodes a value.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - bytes: What was encoded, all of it, or anything else.
    /// - Returns: The value.
    /// - Throws: As the other form.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try self.decode(type, from: bytes[...])
    }
}

/// What a coder refuses.
public struct CodingLimits: Sendable, Hashable {
    /// How many containers may be inside of each other, from 1.
    public var depth = 512

    /// How many bytes a value may take, from 1.
    public var byteCount = Int(Int32.max)

    /// Makes the usual limits: 512 containers inside of each other, 2 GiB.
    public init() {}
}
