// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ByteSource {
    /// Decodes all that is encoded.
    func decode<T: Decodable>(_ type: T.Type, _ coder: BinaryCoder, from bytes: UnsafeRawBufferPointer) throws -> T {
        var position = 1
        do throws(ReadingFault) {
            try unsafe self.open(bytes, coder.limits, isTrusted: coder.trustsMemory, arrays: coder.arrays)
            if coder.trust.acceptsLayouts, self.isMemory(type) { return try self.memory(type) }
        } catch {
            throw error.error(in: nil, at: nil)
        }
        let value = try self.decode(type, at: &position, in: nil, key: nil, depth: 0)
        guard position == self.end else { throw self.leftOver(position).error(in: nil, at: nil) }
        return value
    }

    /// The value of bytes that hold nothing but it, as it is in memory; `nil` for others, or where there is something to be said of them.
    @inline(__always)
    func whole<T: Decodable>(_ type: T.Type, _ limits: CodingLimits, _ bytes: UnsafeRawBufferPointer) -> T? {
        let size = MemoryLayout<T>.size
        guard size <= 127, bytes.count == size + 7, bytes.count <= limits.byteCount, unsafe bytes[0] == Wire.version,
            unsafe bytes[1] == Wire.memory, unsafe bytes[2] == size, self.kinds.kind(of: type).isMemory,
            unsafe bytes.loadUnaligned(fromByteOffset: 3 + size, as: UInt32.self) == 0
        else { return nil }
        return unsafe bytes.loadUnaligned(fromByteOffset: 3, as: T.self)
    }

    private func leftOver(_ position: Int) -> ReadingFault { .corrupted("\(self.end - position) bytes are left over") }

    /// Decodes a value, and moves behind it.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - position: Where the value begins.
    ///   - parent: The decoder of the container that it is in, if it is in one.
    ///   - key: Where in it.
    ///   - depth: How many containers it is in.
    /// - Returns: The value.
    /// - Throws: What the value's `init(from:)` throws; `DecodingError` for bytes that make no value.
    func decode<T: Decodable>(
        _ type: T.Type,
        at position: inout Int,
        in parent: ValueDecoder?,
        key: (any CodingKey)?,
        depth: Int
    ) throws -> T {
        let form = self.kinds.kind(of: type).form
        do throws(ReadingFault) {
            switch form {
            case .simple(let simple): return try self.value(simple, at: &position)
            case .numbers(let array) where try self.holdsNumbers(array, at: position):
                position += 2
                return try self.elements(array, at: &position)
            case .numbers(let array) where try self.refersToNumbers(array, at: position):
                return try self.referenced(array, at: &position)
            case .nestedOptional: break
            default:
                guard depth < self.limits.depth else {
                    throw .corrupted("more than \(self.limits.depth) values are inside of each other")
                }
            }
        } catch {
            throw error.error(in: parent, at: key)
        }
        guard case .nestedOptional(let optional) = form else {
            return try self.codable(type, at: &position, in: parent, key: key, depth: depth)
        }
        let value = try optional.decode(self, at: &position, in: parent, key: key, depth: depth)
        return try self.cast(value, to: type, in: parent, key: key)
    }

    private func codable<T: Decodable>(
        _ type: T.Type,
        at position: inout Int,
        in parent: ValueDecoder?,
        key: (any CodingKey)?,
        depth: Int
    ) throws -> T {
        var decoder = self.decoder(in: parent, at: key, depth: depth, start: position)
        defer { self.takeBack(&decoder) }
        let value = try type.init(from: decoder)
        do throws(ReadingFault) {
            position = try decoder.positionBehind()
        } catch {
            throw error.error(in: decoder, at: nil)
        }
        return value
    }

    // Apart, as what follows, since what only this needs of the type would be asked for in every call.
    @inline(never)
    private func cast<T>(_ value: Any, to type: T.Type, in parent: ValueDecoder?, key: (any CodingKey)?) throws -> T {
        guard let value = value as? T else { throw ReadingFault.mismatch(type).error(in: parent, at: key) }
        return value
    }

    // MARK: - Memory

    /// Whether there is an array of these numbers; of others it may be made one by one.
    private func holdsNumbers(_ array: any NumberArray.Type, at start: Int) throws(ReadingFault) -> Bool {
        guard self.first(at: start) == Wire.numbers else { return false }
        var position = start + 1
        return try self.byte(at: &position) == array.elementCode
    }

    @inline(never)
    private func elements<T>(_ array: any NumberArray.Type, at position: inout Int) throws(ReadingFault) -> T {
        let range = try self.counted(at: &position)
        guard range.count.isMultiple(of: array.stride) else {
            throw .corrupted("\(range.count) bytes are no whole number of elements")
        }
        let elements = unsafe array.init(copying: UnsafeRawBufferPointer(rebasing: self.bytes[range]))
        guard let value = elements as? T else { throw .mismatch(T.self) }
        return value
    }

    /// Whether all that is encoded is written as it is in memory, and is a type that may be.
    private func isMemory<T>(_ type: T.Type) -> Bool {
        let kind = self.kinds.kind(of: type)
        return switch self.first(at: 1) {
        case Wire.memory: kind.isMemory
        case Wire.elements: kind.memoryArray != nil
        case Wire.reference: kind.memoryArray != nil && self.first(at: 2) == 0
        default: false
        }
    }

    private func memory<T>(_ type: T.Type) throws(ReadingFault) -> T {
        var position = 2
        if let array = self.kinds.kind(of: type).memoryArray {
            let isElsewhere = self.first(at: 1) == Wire.reference
            if isElsewhere { position = 1 }
            let value: T = try isElsewhere ? self.referenced(array, at: &position) : self.elements(array, at: &position)
            guard position == self.end else { throw self.leftOver(position) }
            return value
        }
        let range = try self.counted(at: &position)
        guard range.count == MemoryLayout<T>.size else {
            throw .corrupted("a value of \(range.count) bytes is no \(T.self), which has \(MemoryLayout<T>.size)")
        }
        guard position == self.end else { throw self.leftOver(position) }
        return unsafe self.bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: T.self)
    }
}
