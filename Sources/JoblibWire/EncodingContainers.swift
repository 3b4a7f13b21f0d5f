// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

struct KeyedSink<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: ValueEncoder

    private var sink: ByteSink { self.encoder.sink }

    init(encoder: ValueEncoder) {
        self.encoder = encoder
    }

    var codingPath: [any CodingKey] { self.encoder.codingPath }

    mutating func encodeNil(forKey key: Key) {
        self.sink.append(key: key)
        self.sink.appendNil()
    }

    mutating func encode(_ value: Bool, forKey key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }

    mutating func encode(_ value: String, forKey key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }

    mutating func encode(_ value: Double, forKey key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }

    mutating func encode(_ value: Float, forKey key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) { self.signed(Int64(value), key) }
    mutating func encode(_ value: Int8, forKey key: Key) { self.signed(Int64(value), key) }
    mutating func encode(_ value: Int16, forKey key: Key) { self.signed(Int64(value), key) }
    mutating func encode(_ value: Int32, forKey key: Key) { self.signed(Int64(value), key) }
    mutating func encode(_ value: Int64, forKey key: Key) { self.signed(value, key) }
    mutating func encode(_ value: Int128, forKey key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }
    mutating func encode(_ value: UInt, forKey key: Key) { self.unsigned(UInt64(value), key) }
    mutating func encode(_ value: UInt8, forKey key: Key) { self.unsigned(UInt64(value), key) }
    mutating func encode(_ value: UInt16, forKey key: Key) { self.unsigned(UInt64(value), key) }
    mutating func encode(_ value: UInt32, forKey key: Key) { self.unsigned(UInt64(value), key) }
    mutating func encode(_ value: UInt64, forKey key: Key) { self.unsigned(value, key) }
    mutating func encode(_ value: UInt128, forKey key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }

    private func signed(_ value: Int64, _ key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }

    private func unsigned(_ value: UInt64, _ key: Key) {
        self.sink.append(key: key)
        self.sink.append(value)
    }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        self.sink.append(key: key)
        try self.encoder.append(value, at: key)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        self.insert(key).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        self.insert(key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { self.insert(SuperKey.super) }

    mutating func superEncoder(forKey key: Key) -> any Encoder { self.insert(key) }

    private func insert(_ key: some CodingKey) -> ValueEncoder {
        self.sink.append(key: key)
        return self.sink.insert(in: self.encoder, at: key)
    }
}

struct UnkeyedSink: UnkeyedEncodingContainer {
    let encoder: ValueEncoder

    private var sink: ByteSink { self.encoder.sink }

    var codingPath: [any CodingKey] { self.encoder.codingPath }

    var count: Int { self.encoder.elementCount }

    private func step() -> PositionKey {
        defer { self.encoder.elementCount += 1 }
        return PositionKey(intValue: self.encoder.elementCount)
    }

    mutating func encodeNil() {
        _ = self.step()
        self.sink.appendNil()
    }

    mutating func encode<T: Encodable>(_ value: T) throws { try self.encoder.append(value, at: self.step()) }

    mutating func encode(_ value: Bool) {
        _ = self.step()
        self.sink.append(value)
    }

    mutating func encode(_ value: String) {
        _ = self.step()
        self.sink.append(value)
    }

    mutating func encode(_ value: Int) {
        _ = self.step()
        self.sink.append(Int64(value))
    }

    mutating func encode(_ value: Double) {
        _ = self.step()
        self.sink.append(value)
    }

    mutating func encode(_ value: Float) {
        _ = self.step()
        self.sink.append(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        self.sink.insert(in: self.encoder, at: self.step()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        self.sink.insert(in: self.encoder, at: self.step()).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { self.sink.insert(in: self.encoder, at: self.step()) }
}

struct SingleSink: SingleValueEncodingContainer {
    let encoder: ValueEncoder

    private var sink: ByteSink { self.encoder.sink }

    var codingPath: [any CodingKey] { self.encoder.codingPath }

    mutating func encodeNil() { self.sink.appendNil() }
    mutating func encode(_ value: Bool) { self.sink.append(value) }
    mutating func encode(_ value: String) { self.sink.append(value) }
    mutating func encode(_ value: Double) { self.sink.append(value) }
    mutating func encode(_ value: Float) { self.sink.append(value) }
    mutating func encode(_ value: Int) { self.sink.append(Int64(value)) }
    mutating func encode(_ value: Int8) { self.sink.append(Int64(value)) }
    mutating func encode(_ value: Int16) { self.sink.append(Int64(value)) }
    mutating func encode(_ value: Int32) { self.sink.append(Int64(value)) }
    mutating func encode(_ value: Int64) { self.sink.append(value) }
    mutating func encode(_ value: Int128) { self.sink.append(value) }
    mutating func encode(_ value: UInt) { self.sink.append(UInt64(value)) }
    mutating func encode(_ value: UInt8) { self.sink.append(UInt64(value)) }
    mutating func encode(_ value: UInt16) { self.sink.append(UInt64(value)) }
    mutating func encode(_ value: UInt32) { self.sink.append(UInt64(value)) }
    mutating func encode(_ value: UInt64) { self.sink.append(value) }
    mutating func encode(_ value: UInt128) { self.sink.append(value) }

    mutating func encode<T: Encodable>(_ value: T) throws { try self.encoder.append(value, at: nil) }
}
