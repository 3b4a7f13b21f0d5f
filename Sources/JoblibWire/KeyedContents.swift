// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The values of a container by their keys.
struct KeyedContents<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: ValueDecoder
    private let first: Int

    init(_ decoder: ValueDecoder, at first: Int) {
        self.decoder = decoder
        self.first = first
    }

    private var source: ByteSource { self.decoder.source }

    var codingPath: [any CodingKey] { self.decoder.codingPath }

    var allKeys: [Key] {
        var keys: [Key] = []
        var position = self.first
        while let number = try? self.source.varint(at: &position), number != 0 {
            let known = self.source.keys.keys
            if number <= known.count, let key = Key(stringValue: known[Int(number) - 1]) { keys.append(key) }
            guard (try? self.source.skip(at: &position)) != nil else { break }
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { ((try? self.find(key)) ?? nil) != nil }

    // MARK: - Finding values

    /// Where the value of a key begins; `nil` when there is none.
    private func find(_ key: Key) throws(ReadingFault) -> Int? {
        let name = key.stringValue
        var position = self.decoder.next
        let number = try self.source.varint(at: &position)
        if number != 0, number <= self.source.keys.keys.count, self.source.keys.keys[Int(number) - 1] == name {
            return position
        }
        guard let wanted = self.source.keys.number(of: name) else { return nil }
        if let position = try self.search(from: self.decoder.next, for: wanted) { return position }
        return self.decoder.next == self.first ? nil : try self.search(from: self.first, for: wanted)
    }

    private func search(from start: Int, for wanted: Int) throws(ReadingFault) -> Int? {
        var position = start
        while true {
            let number = try self.source.varint(at: &position)
            if number == 0 { return nil }
            if number == wanted { return position }
            try self.source.skip(at: &position)
        }
    }

    private func advance(to position: Int) {
        self.decoder.next = position
        if position < self.source.end, self.source.first(at: position) == 0 { self.decoder.didReachEnd(position + 1) }
    }

    // MARK: - Decoding values

    /// Reads the value of a key that has no container.
    @inline(__always)
    private func simple<T>(_ key: Key, _ read: (ByteSource, inout Int) throws(ReadingFault) -> T) throws -> T {
        do throws(ReadingFault) {
            if var position = try self.find(key) {
                let value = try read(self.source, &position)
                self.advance(to: position)
                return value
            }
        } catch {
            throw error.error(in: self.decoder, at: key)
        }
        throw self.isMissing(key)
    }

    /// The same, if there is a value and it is not nil.
    @inline(__always)
    private func simpleIfPresent<T>(
        _ key: Key,
        _ read: (ByteSource, inout Int) throws(ReadingFault) -> T
    ) throws -> T? {
        do throws(ReadingFault) {
            guard var position = try self.findPresent(key) else { return nil }
            let value = try read(self.source, &position)
            self.advance(to: position)
            return value
        } catch {
            throw error.error(in: self.decoder, at: key)
        }
    }

    /// Where the value of a key begins; `nil`, behind it, if there is none or it is nil.
    private func findPresent(_ key: Key) throws(ReadingFault) -> Int? {
        guard let position = try self.find(key) else { return nil }
        guard self.source.isNil(at: position) else { return position }
        self.advance(to: position + 1)
        return nil
    }

    private func isMissing(_ key: Key) -> DecodingError {
        let reason = "there is no value for '\(key.stringValue)'"
        return .keyNotFound(key, DecodingError.Context(codingPath: self.codingPath, debugDescription: reason))
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        do throws(ReadingFault) {
            return try self.findPresent(key) == nil
        } catch {
            throw error.error(in: self.decoder, at: key)
        }
    }

    private func decode<T: Decodable>(_ type: T.Type, _ key: Key, at start: Int) throws -> T {
        var position = start
        let value = try self.source.decode(
            type,
            at: &position,
            in: self.decoder,
            key: key,
            depth: self.decoder.depth + 1
        )
        self.advance(to: position)
        return value
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try self.decode(type, key, at: try self.simple(key) { _, position in position })
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let start = try self.simpleIfPresent(key, { _, position in position }) else { return nil }
        return try self.decode(type, key, at: start)
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try self.simple(key) { source, position throws(ReadingFault) in try source.bool(at: &position) }
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try self.simple(key) { source, position throws(ReadingFault) in try source.string(at: &position) }
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try self.simple(key) { source, position throws(ReadingFault) in try source.double(at: &position) }
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try self.simple(key) { source, position throws(ReadingFault) in try source.float(at: &position) }
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try self.simpleIfPresent(key) { source, position throws(ReadingFault) in try source.string(at: &position) }
    }

    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try self.simpleIfPresent(key) { source, position throws(ReadingFault) in try source.double(at: &position) }
    }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try self.simpleIfPresent(key) { source, position throws(ReadingFault) in
            try source.integer(Int.self, at: &position)
        }
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try self.integer(key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try self.integer(key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try self.integer(key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try self.integer(key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try self.integer(key) }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try self.integer(key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try self.integer(key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try self.integer(key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try self.integer(key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try self.integer(key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try self.integer(key) }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try self.integer(key) }

    @inline(__always)
    private func integer<I: FixedWidthInteger>(_ key: Key) throws -> I {
        try self.simple(key) { source, position throws(ReadingFault) in try source.integer(I.self, at: &position) }
    }

    // MARK: - Containers

    private func nested(_ key: Key) throws -> ValueDecoder {
        let start = try self.simple(key) { source, position throws(ReadingFault) in
            let start = position
            try source.skip(at: &position)
            return start
        }
        return self.inner(key, at: start)
    }

    private func inner(_ key: any CodingKey, at start: Int) -> ValueDecoder {
        ValueDecoder(self.source, parent: self.decoder, key: key, depth: self.decoder.depth + 1, start: start)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try self.nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try self.nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        do throws(ReadingFault) {
            if let number = self.source.keys.number(of: SuperKey.super.stringValue),
                let start = try self.search(from: self.first, for: number)
            {
                return self.inner(SuperKey.super, at: start)
            }
        } catch {
            throw error.error(in: self.decoder, at: SuperKey.super)
        }
        throw ReadingFault.corrupted("there is nothing for the superclass").error(in: self.decoder, at: nil)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try self.nested(key) }
}
