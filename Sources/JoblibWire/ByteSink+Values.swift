// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ByteSink {
    func append<T: Encodable>(
        _ value: T,
        in parent: ValueEncoder?,
        at key: (any CodingKey)?,
        depth: Int
    ) throws {
        switch self.kinds.kind(of: T.self).form {
        case .simple(let type): return self.append(value, as: type)
        case .numbers(let type):
            guard let array = value as? any NumberArray, let code = type.elementCode else { return }
            unsafe array.withElements { bytes in
                if bytes.count > self.inlineByteCount, unsafe self.appendReference(bytes, of: array, code: code) {
                    return
                }
                self.append(byte: Wire.numbers)
                self.append(byte: code)
                unsafe self.append(counted: bytes)
            }
        case .nestedOptional:
            guard let optional = value as? any NestedOptional else { return }
            try optional.append(to: self, in: parent, at: key, depth: depth)
        case .codable:
            let encoder = self.encoder(in: parent, at: key, depth: depth + 1)
            guard depth < self.limits.depth else {
                throw encoder.refusal(value, "more than \(self.limits.depth) values are inside of each other")
            }
            try value.encode(to: encoder)
            encoder.end()
        }
        guard self.isWithinLimit else {
            throw ValueEncoder(self, parent: parent, key: key, depth: depth).isTooLarge(value)
        }
    }

    /// Writes a value as it is in memory, if all of it may be.
    func appendMemory<T>(_ value: T) -> Bool {
        let kind = self.kinds.kind(of: T.self)
        if kind.isMemory {
            self.append(byte: Wire.memory)
            unsafe withUnsafeBytes(of: value) { unsafe self.append(counted: $0) }
            return true
        }
        guard kind.memoryArray != nil, let array = value as? any NumberArray else { return false }
        unsafe array.withElements { bytes in
            if bytes.count > self.inlineByteCount, unsafe self.appendReference(bytes, of: array, code: 0) { return }
            self.append(byte: Wire.elements)
            unsafe self.append(counted: bytes)
        }
        return true
    }

    private func append<T>(_ value: T, as type: SimpleType) {
        // SAFETY: each is of the very type that it is taken for.
        switch type {
        case .int: self.append(Int64(unsafe unsafeBitCast(value, to: Int.self)))
        case .int8: self.append(Int64(unsafe unsafeBitCast(value, to: Int8.self)))
        case .int16: self.append(Int64(unsafe unsafeBitCast(value, to: Int16.self)))
        case .int32: self.append(Int64(unsafe unsafeBitCast(value, to: Int32.self)))
        case .int64: self.append(unsafe unsafeBitCast(value, to: Int64.self))
        case .uint: self.append(UInt64(unsafe unsafeBitCast(value, to: UInt.self)))
        case .uint8: self.append(UInt64(unsafe unsafeBitCast(value, to: UInt8.self)))
        case .uint16: self.append(UInt64(unsafe unsafeBitCast(value, to: UInt16.self)))
        case .uint32: self.append(UInt64(unsafe unsafeBitCast(value, to: UInt32.self)))
        case .uint64: self.append(unsafe unsafeBitCast(value, to: UInt64.self))
        case .double: self.append(unsafe unsafeBitCast(value, to: Double.self))
        case .float: self.append(unsafe unsafeBitCast(value, to: Float.self))
        case .bool: self.append(unsafe unsafeBitCast(value, to: Bool.self))
        case .string: self.append(unsafe unsafeBitCast(value, to: String.self))
        }
    }

    func appendNil() { self.append(byte: Wire.null) }

    func append(_ value: Bool) { self.append(byte: value ? Wire.yes : Wire.no) }

    func append(_ value: String) {
        var value = value
        self.append(byte: Wire.string)
        value.withUTF8 { bytes in unsafe self.append(counted: UnsafeRawBufferPointer(bytes)) }
    }

    func append(_ value: Float) {
        self.append(byte: Wire.float)
        self.append(raw: value.bitPattern)
    }

    func append(_ value: Double) {
        self.append(byte: Wire.double)
        self.append(raw: value.bitPattern)
    }

    // One function for the types of up to 64 bits: a generic one would be called without being made for its type.
    func append(_ value: Int64) {
        if value >= 0, value <= 127 { return self.append(byte: Wire.small | UInt8(truncatingIfNeeded: value)) }
        self.append(byte: Wire.integer)
        self.append(varint: UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    func append(_ value: UInt64) {
        if let value = Int64(exactly: value) { return self.append(value) }
        self.append(byte: Wire.unsigned)
        self.append(varint: value)
    }

    func append(_ value: Int128) {
        if let value = Int64(exactly: value) { return self.append(value) }
        if let value = UInt64(exactly: value) { return self.append(value) }
        self.append(wide: UInt128(bitPattern: value))
    }

    func append(_ value: UInt128) {
        if let value = UInt64(exactly: value) { return self.append(value) }
        self.append(wide: value)
    }

    private func append(wide bits: UInt128) {
        self.append(byte: Wire.wide)
        self.append(raw: UInt64(truncatingIfNeeded: bits))
        self.append(raw: UInt64(truncatingIfNeeded: bits >> 64))
    }

    func append(key: some CodingKey) {
        self.append(varint: UInt64(self.keys.number(of: key.stringValue)))
    }
}
