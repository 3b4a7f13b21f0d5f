// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Decodes the value at a place.
///
/// One thread has it at a time, which makes checks for exclusive access needless; they take longer than what they check.
final class ValueDecoder: Decoder {
    let source: ByteSource
    let depth: Int
    @safe @exclusivity(unchecked) private(set) var parent: ValueDecoder?
    @safe @exclusivity(unchecked) private(set) var key: (any CodingKey)?
    @safe @exclusivity(unchecked) private var start: Int

    /// Where the value ends, if that is known: the furthest that a container of it has come to, with nothing left in it.
    @safe @exclusivity(unchecked) private var end: Int?

    /// Where the next key of the keyed container stands, if the values are asked for in the order in which they come.
    @safe @exclusivity(unchecked) var next = 0

    init(_ source: ByteSource, parent: ValueDecoder?, key: (any CodingKey)?, depth: Int, start: Int) {
        self.source = source
        self.parent = parent
        self.key = key
        self.depth = depth
        self.start = start
    }

    /// Becomes the decoder of another value, at the same depth.
    func begin(_ parent: ValueDecoder?, _ key: (any CodingKey)?, _ start: Int) {
        self.parent = parent
        self.key = key
        self.start = start
        self.end = nil
    }

    func forgetPlace() {
        self.parent = nil
        self.key = nil
    }

    var codingPath: [any CodingKey] {
        (self.parent?.codingPath ?? []) + (self.key.map { [$0] } ?? [])
    }

    var userInfo: [CodingUserInfoKey: Any] {
        CoderUserInfo.entries(isTrusted: self.source.isTrusted, self.source.arrays)
    }

    /// Where the next value begins, however much of this one was asked for.
    func positionBehind() throws(ReadingFault) -> Int {
        if let end = self.end { return end }
        var position = self.start
        try self.source.skip(at: &position)
        return position
    }

    func didReachEnd(_ position: Int) { self.end = position }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard self.source.first(at: self.start) == Wire.keyed else { throw self.mismatch([String: Any].self) }
        self.next = self.start + 1
        return KeyedDecodingContainer(KeyedContents<Key>(self, at: self.start + 1))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch self.source.first(at: self.start) {
        case Wire.unkeyed where self.start < self.source.end: return UnkeyedContents(self, at: self.start + 1)
        case Wire.numbers, Wire.reference:
            do throws(ReadingFault) {
                let isElsewhere = self.source.first(at: self.start) == Wire.reference
                let source =
                    isElsewhere
                    ? try self.source.broughtIn(at: self.start).rewrittenNumbers(at: 1)
                    : try self.source.rewrittenNumbers(at: self.start)
                let decoder = ValueDecoder(source, parent: self.parent, key: self.key, depth: self.depth, start: 1)
                return UnkeyedContents(decoder, at: 2)
            } catch {
                throw error.error(in: self, at: nil)
            }
        default: throw self.mismatch([Any].self)
        }
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleContents(decoder: self, start: self.start) }

    private func mismatch(_ type: Any.Type) -> DecodingError { ReadingFault.mismatch(type).error(in: self, at: nil) }
}
