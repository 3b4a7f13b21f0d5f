// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Arrays that are elsewhere.

extension ByteSource {
    /// Whether an array of these numbers stands at a place by where it is.
    func refersToNumbers(_ array: any NumberArray.Type, at start: Int) throws(ReadingFault) -> Bool {
        guard self.first(at: start) == Wire.reference, start < self.end else { return false }
        var position = start + 1
        return try self.byte(at: &position) == array.elementCode
    }

    /// Reads where an array is, behind the byte that says so.
    func reference(at position: inout Int) throws(ReadingFault) -> ArrayReference {
        _ = try self.byte(at: &position)
        let offset = try self.word(UInt64.self, at: &position)
        let byteCount = try self.word(UInt64.self, at: &position)
        let serial = try self.word(UInt64.self, at: &position)
        let call = try self.word(UInt64.self, at: &position)
        let handle = try self.counted(at: &position)
        guard let offset = Int(exactly: offset), let byteCount = Int(exactly: byteCount) else {
            throw .corrupted("an array of \(byteCount) bytes cannot be")
        }
        return ArrayReference(
            offset: offset,
            byteCount: byteCount,
            serial: serial,
            call: call,
            handle: unsafe Array(UnsafeRawBufferPointer(rebasing: self.bytes[handle]))
        )
    }

    /// Decodes an array that is elsewhere, or finds it among those that were decoded before.
    @inline(never)
    func referenced<T>(_ array: any NumberArray.Type, at position: inout Int) throws(ReadingFault) -> T {
        position += 1
        let reference = try self.reference(at: &position)
        if let kept = self.arrays?.kept(reference) as? T { return kept }
        let arrays = try self.exchange(reference)
        guard reference.byteCount.isMultiple(of: array.stride) else {
            throw .corrupted("\(reference.byteCount) bytes are no whole number of elements")
        }
        let elements: any NumberArray
        do {
            elements = try unsafe array.init(byteCount: reference.byteCount) {
                try unsafe arrays.read(reference, into: $0)
            }
        } catch {
            throw .corrupted("an array of \(reference.byteCount) bytes could not be read: \(error)")
        }
        guard let value = elements as? T else { throw .mismatch(T.self) }
        arrays.keep(value, reference)
        return value
    }

    /// An array of numbers that is elsewhere, as if it stood inside of the bytes.
    func broughtIn(at start: Int) throws(ReadingFault) -> ByteSource {
        var position = start + 1
        let code = self.first(at: position)
        let reference = try self.reference(at: &position)
        let arrays = try self.exchange(reference)
        guard code != 0, reference.byteCount <= self.limits.byteCount else {
            throw .corrupted("an array of \(reference.byteCount) bytes is too large to be made of other numbers")
        }
        let numbers: [UInt8]
        do {
            numbers = try unsafe [UInt8](byteCount: reference.byteCount) { try unsafe arrays.read(reference, into: $0) }
        } catch {
            throw .corrupted("an array of \(reference.byteCount) bytes could not be read: \(error)")
        }
        let sink = ByteSink(KeyWriter(), self.kinds, self.limits)
        sink.append(byte: Wire.version)
        sink.append(byte: Wire.numbers)
        sink.append(byte: code)
        unsafe numbers.withUnsafeBytes { unsafe sink.append(counted: $0) }
        sink.finish()
        var bytes: [UInt8] = []
        sink.end(&bytes)
        return try self.copy(bytes)
    }

    private func exchange(_ reference: ArrayReference) throws(ReadingFault) -> any ArrayExchange {
        guard let arrays = self.arrays else { throw .corrupted("an array is elsewhere, where nothing may be") }
        // Before memory is taken for it.
        guard arrays.holds(reference) else {
            let reason = arrays.absence(of: reference) ?? "is not where it should be"
            throw .corrupted("an array of \(reference.byteCount) bytes \(reason)")
        }
        return arrays
    }
}
