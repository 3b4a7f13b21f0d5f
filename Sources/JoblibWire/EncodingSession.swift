// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What encoding needs and one value leaves to the next, which is why a small one takes no memory of its own.
///
/// Types that go on with an encoder after their `encode(to:)` has returned make bytes that mean nothing; nothing else happens.
final class EncodingSession {
    private static let slot = SessionSlot<EncodingSession>()

    private let keys = KeyWriter()
    private let kinds = TypeKinds()
    private let sink: ByteSink

    private init() {
        self.sink = ByteSink(self.keys, self.kinds, CodingLimits())
    }

    deinit { self.sink.close() }

    /// A session that nobody else has.
    static func take() -> EncodingSession { self.slot.take() ?? EncodingSession() }

    /// Leaves the session to whoever needs one next.
    func putBack() { _ = Self.slot.put(self) }

    /// Appends all that is encoded of a value, or nothing if there is an error.
    func encode<T: Encodable>(_ value: T, _ coder: BinaryCoder, into bytes: inout [UInt8]) throws {
        self.keys.begin()
        self.sink.begin(behind: &bytes, coder.limits, coder.arrays)
        do {
            self.sink.append(byte: Wire.version)
            if !coder.trust.acceptsLayouts || !self.sink.appendMemory(value) {
                try self.sink.append(value, in: nil, at: nil, depth: 0)
            }
            self.sink.finish()
            guard self.sink.isWithinLimit else {
                throw ValueEncoder(self.sink, parent: nil, key: nil, depth: 0).isTooLarge(value)
            }
            self.sink.end(&bytes)
        } catch {
            self.sink.giveUp(&bytes)
            throw error
        }
    }
}
