// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The values of a container one after the other.
struct UnkeyedContents: UnkeyedDecodingContainer {
    private let decoder: ValueDecoder
    private var position: Int
    private(set) var currentIndex = 0

    init(_ decoder: ValueDecoder, at first: Int) {
        self.decoder = decoder
        self.position = first
        self.noteEnd()
    }

    private var source: ByteSource { self.decoder.source }

    var codingPath: [any CodingKey] { self.decoder.codingPath }

    // How many there are nobody knows before the last.
    var count: Int? { nil }

    var isAtEnd: Bool { self.source.first(at: self.position) == Wire.end }

    private func noteEnd() {
        if self.position < self.source.end, self.isAtEnd { self.decoder.didReachEnd(self.position + 1) }
    }

    private var key: PositionKey { PositionKey(intValue: self.currentIndex) }

    private func checkPresence(_ type: Any.Type) throws {
        guard self.isAtEnd else { return }
        let path = self.codingPath + [self.key]
        throw DecodingError.valueNotFound(
            type,
            DecodingError.Context(codingPath: path, debugDescription: "there are no more values")
        )
    }

    private mutating func advance(to position: Int) {
        self.position = position
        self.currentIndex += 1
        self.noteEnd()
    }

    @inline(__always)
    private mutating func simple<T>(
        _ type: Any.Type,
        _ read: (ByteSource, inout Int) throws(ReadingFault) -> T
    ) throws -> T {
        try self.checkPresence(type)
        do throws(ReadingFault) {
            var position = self.position
            let value = try read(self.source, &position)
            self.advance(to: position)
            return value
        } catch {
            throw error.error(in: self.decoder, at: self.key)
        }
    }

    mutating func decodeNil() throws -> Bool {
        guard self.source.isNil(at: self.position) else { return false }
        self.advance(to: self.position + 1)
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try self.checkPresence(type)
        var position = self.position
        let value = try self.source.decode(
            type,
            at: &position,
            in: self.decoder,
            key: self.key,
            depth: self.decoder.depth + 1
        )
        self.advance(to: position)
        return value
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try self.simple(type) { source, position throws(ReadingFault) in try source.bool(at: &position) }
    }

    mutating func decode(_ type: String.Type) throws -> String {
        try self.simple(type) { source, position throws(ReadingFault) in try source.string(at: &position) }
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        try self.simple(type) { source, position throws(ReadingFault) in try source.double(at: &position) }
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        try self.simple(type) { source, position throws(ReadingFault) in try source.float(at: &position) }
    }

    mutating func decode(_ type: Int.Type) throws -> Int {
        try self.simple(type) { source, position throws(ReadingFault) in try source.integer(type, at: &position) }
    }

    private mutating func nested(_ type: Any.Type) throws -> ValueDecoder {
        let key = self.key
        let start = try self.simple(type) { source, position throws(ReadingFault) in
            let start = position
            try source.skip(at: &position)
            return start
        }
        return ValueDecoder(self.source, parent: self.decoder, key: key, depth: self.decoder.depth + 1, start: start)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try self.nested([String: Any].self).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try self.nested([Any].self).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try self.nested((any Decoder).self) }
}
