// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A value that is the whole of another.
struct SingleContents: SingleValueDecodingContainer {
    let decoder: ValueDecoder
    let start: Int

    private var source: ByteSource { self.decoder.source }

    var codingPath: [any CodingKey] { self.decoder.codingPath }

    @inline(__always)
    private func simple<T>(_ read: (ByteSource, inout Int) throws(ReadingFault) -> T) throws -> T {
        do throws(ReadingFault) {
            var position = self.start
            let value = try read(self.source, &position)
            self.decoder.didReachEnd(position)
            return value
        } catch {
            throw error.error(in: self.decoder, at: nil)
        }
    }

    func decodeNil() -> Bool {
        guard self.source.isNil(at: self.start) else { return false }
        self.decoder.didReachEnd(self.start + 1)
        return true
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try self.simple { source, position throws(ReadingFault) in try source.bool(at: &position) }
    }

    func decode(_ type: String.Type) throws -> String {
        try self.simple { source, position throws(ReadingFault) in try source.string(at: &position) }
    }

    func decode(_ type: Double.Type) throws -> Double {
        try self.simple { source, position throws(ReadingFault) in try source.double(at: &position) }
    }

    func decode(_ type: Float.Type) throws -> Float {
        try self.simple { source, position throws(ReadingFault) in try source.float(at: &position) }
    }

    func decode(_ type: Int.Type) throws -> Int { try self.integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try self.integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try self.integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try self.integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try self.integer() }
    func decode(_ type: Int128.Type) throws -> Int128 { try self.integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try self.integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try self.integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try self.integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try self.integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try self.integer() }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try self.integer() }

    private func integer<I: FixedWidthInteger>() throws -> I {
        try self.simple { source, position throws(ReadingFault) in try source.integer(I.self, at: &position) }
    }

    // A level deeper, since a value may decode itself from its own single value for ever.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        var position = self.start
        let value = try self.source.decode(
            type,
            at: &position,
            in: self.decoder,
            key: nil,
            depth: self.decoder.depth + 1
        )
        self.decoder.didReachEnd(position)
        return value
    }
}
