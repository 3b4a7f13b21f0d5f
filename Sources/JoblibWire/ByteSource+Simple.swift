// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Values without containers.
extension ByteSource {
    func value<T>(_ type: SimpleType, at position: inout Int) throws(ReadingFault) -> T {
        // SAFETY: each is of the very type that it is taken for.
        switch type {
        case .int: unsafe unsafeBitCast(try self.integer(Int.self, at: &position), to: T.self)
        case .int8: unsafe unsafeBitCast(try self.integer(Int8.self, at: &position), to: T.self)
        case .int16: unsafe unsafeBitCast(try self.integer(Int16.self, at: &position), to: T.self)
        case .int32: unsafe unsafeBitCast(try self.integer(Int32.self, at: &position), to: T.self)
        case .int64: unsafe unsafeBitCast(try self.integer(Int64.self, at: &position), to: T.self)
        case .uint: unsafe unsafeBitCast(try self.integer(UInt.self, at: &position), to: T.self)
        case .uint8: unsafe unsafeBitCast(try self.integer(UInt8.self, at: &position), to: T.self)
        case .uint16: unsafe unsafeBitCast(try self.integer(UInt16.self, at: &position), to: T.self)
        case .uint32: unsafe unsafeBitCast(try self.integer(UInt32.self, at: &position), to: T.self)
        case .uint64: unsafe unsafeBitCast(try self.integer(UInt64.self, at: &position), to: T.self)
        case .double: unsafe unsafeBitCast(try self.double(at: &position), to: T.self)
        case .float: unsafe unsafeBitCast(try self.float(at: &position), to: T.self)
        case .bool: unsafe unsafeBitCast(try self.bool(at: &position), to: T.self)
        case .string: unsafe unsafeBitCast(try self.string(at: &position), to: T.self)
        }
    }

    func bool(at position: inout Int) throws(ReadingFault) -> Bool {
        switch try self.byte(at: &position) {
        case Wire.no: return false
        case Wire.yes: return true
        default: throw .mismatch(Bool.self)
        }
    }

    func string(at position: inout Int) throws(ReadingFault) -> String {
        guard try self.byte(at: &position) == Wire.string else { throw .mismatch(String.self) }
        let range = try self.counted(at: &position)
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: self.bytes[range])
        // What has no bytes but ASCII needs no validation, which takes longer than to look.
        let all = unsafe bytes.reduce(0 as UInt8) { $0 | $1 }
        if all < 0x80 { return unsafe String(decoding: bytes, as: UTF8.self) }
        guard let string = unsafe String(validating: bytes, as: UTF8.self) else {
            throw .corrupted("a string is no UTF-8")
        }
        return string
    }

    func double(at position: inout Int) throws(ReadingFault) -> Double {
        switch try self.byte(at: &position) {
        case Wire.double: return Double(bitPattern: try self.word(UInt64.self, at: &position))
        case Wire.float: return Double(Float(bitPattern: try self.word(UInt32.self, at: &position)))
        default: throw .mismatch(Double.self)
        }
    }

    func float(at position: inout Int) throws(ReadingFault) -> Float {
        switch try self.byte(at: &position) {
        case Wire.float: return Float(bitPattern: try self.word(UInt32.self, at: &position))
        case Wire.double: return Float(Double(bitPattern: try self.word(UInt64.self, at: &position)))
        default: throw .mismatch(Float.self)
        }
    }

    @inline(__always)
    func integer<I: FixedWidthInteger>(_ type: I.Type, at position: inout Int) throws(ReadingFault) -> I {
        let first = self.first(at: position)
        if first >= Wire.small {
            position += 1
            return I(truncatingIfNeeded: first & 0x7f)
        }
        let value: I?
        switch try self.largeInteger(at: &position) {
        case .signed(let number): value = I(exactly: number)
        case .unsigned(let number): value = I(exactly: number)
        case .wide(let bits): value = I.isSigned ? I(exactly: Int128(bitPattern: bits)) : I(exactly: bits)
        case nil: throw .mismatch(type)
        }
        guard let value else { throw .corrupted("a number does not fit \(I.self)") }
        return value
    }

    private enum LargeInteger {
        case signed(Int64)
        case unsigned(UInt64)
        case wide(UInt128)
    }

    /// Reads a number of any size; `nil` if there is another value.
    private func largeInteger(at position: inout Int) throws(ReadingFault) -> LargeInteger? {
        switch try self.byte(at: &position) {
        case Wire.integer:
            let zigzag = try self.varint(at: &position)
            return .signed(Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
        case Wire.unsigned: return .unsigned(try self.varint(at: &position))
        case Wire.wide:
            let low = try self.word(UInt64.self, at: &position)
            let high = try self.word(UInt64.self, at: &position)
            return .wide(UInt128(low) | UInt128(high) << 64)
        default: return nil
        }
    }
}
