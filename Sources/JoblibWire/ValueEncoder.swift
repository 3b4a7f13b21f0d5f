// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Encodes one value, which is a container or a single value.
///
/// One thread has it at a time, which makes checks for exclusive access needless; they take longer than what they check.
final class ValueEncoder: Encoder {
    private enum Shape {
        case none, keyed, unkeyed, single
    }

    let sink: ByteSink
    let depth: Int
    @safe @exclusivity(unchecked) private var parent: ValueEncoder?
    @safe @exclusivity(unchecked) private var key: (any CodingKey)?
    @safe @exclusivity(unchecked) private var shape = Shape.none

    /// The last keyed container, with the type of its keys: another such value at this depth has the same one.
    @safe @exclusivity(unchecked) private var container: (keys: ObjectIdentifier, box: AnyObject)?

    /// Whether the sink keeps the encoder.
    var isReused = false

    /// How many elements the unkeyed container has.
    @safe @exclusivity(unchecked) var elementCount = 0

    init(_ sink: ByteSink, parent: ValueEncoder?, key: (any CodingKey)?, depth: Int) {
        self.sink = sink
        self.parent = parent
        self.key = key
        self.depth = depth
    }

    /// Forgets the last value, for another one at the same depth.
    func begin(_ parent: ValueEncoder?, _ key: (any CodingKey)?) {
        if self.parent !== parent { self.parent = parent }
        self.key = key
        self.shape = .none
        self.elementCount = 0
    }

    func forgetContainer() { self.container = nil }

    var userInfo: [CodingUserInfoKey: Any] {
        CoderUserInfo.entries(isTrusted: self.sink.isTrusted, self.sink.arrays)
    }

    var codingPath: [any CodingKey] {
        (self.parent?.codingPath ?? []) + (self.key.map { [$0] } ?? [])
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        self.open(.keyed, Wire.keyed)
        if let container = self.container, container.keys == ObjectIdentifier(type) {
            // SAFETY: it was made below for the same type of keys.
            return unsafe unsafeDowncast(container.box, to: ContainerBox<Key>.self).container
        }
        return self.newContainer(keyedBy: type)
    }

    // Apart, since what only this needs of the type would be asked for in every call.
    @inline(never)
    private func newContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let container = KeyedEncodingContainer(KeyedSink<Key>(encoder: self))
        // Other encoders are used once, and nobody would take the container from them again.
        if self.isReused { self.container = (ObjectIdentifier(type), ContainerBox(container)) }
        return container
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        self.open(.unkeyed, Wire.unkeyed)
        return UnkeyedSink(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        self.shape = .single
        return SingleSink(encoder: self)
    }

    // A class and its superclass may each ask for a container: it is the same one.
    private func open(_ shape: Shape, _ tag: UInt8) {
        if self.shape == shape { return }
        precondition(self.shape == .none, "a value asks for a second container of another kind")
        self.shape = shape
        self.sink.append(byte: tag)
    }

    /// Completes the value.
    func end() {
        switch self.shape {
        case .none:
            self.sink.append(byte: Wire.keyed)
            self.sink.append(byte: 0)
        case .keyed: self.sink.append(byte: 0)
        case .unkeyed: self.sink.append(byte: Wire.end)
        case .single: break
        }
    }

    func append<T: Encodable>(_ value: T, at key: (any CodingKey)?) throws {
        try self.sink.append(value, in: self, at: key, depth: self.depth)
    }

    func isTooLarge(_ value: Any) -> EncodingError {
        self.refusal(value, "it takes more than \(self.sink.limits.byteCount) bytes")
    }

    func refusal(_ value: Any, _ reason: String) -> EncodingError {
        EncodingError.invalidValue(value, EncodingError.Context(codingPath: self.codingPath, debugDescription: reason))
    }
}

/// The position of a value in an unkeyed container.
struct PositionKey: CodingKey {
    let intValue: Int?

    var stringValue: String { "\(self.intValue ?? 0)" }

    init(intValue: Int) {
        self.intValue = intValue
    }

    init?(stringValue: String) {
        guard let value = Int(stringValue) else { return nil }
        self.intValue = value
    }
}

/// The key of what a superclass encodes.
enum SuperKey: String, CodingKey {
    case `super`
}

/// A container in an object, of which there can be one of any type in the same place.
private final class ContainerBox<Key: CodingKey> {
    let container: KeyedEncodingContainer<Key>

    init(_ container: KeyedEncodingContainer<Key>) {
        self.container = container
    }
}
