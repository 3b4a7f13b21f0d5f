// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
package import JoblibWire

/// A large array of another host's tasks, in memory of the process on this host that passes the tasks on.
///
/// Its workers find it among what that process has open, since they are its children, and of the same user: in a ``RelayedBuffer``, or,
/// what they may map, by its name in memory of its own, which is theirs for reading alone once it is whole.
package enum RelayedArray {
    /// Whoever was to have it does not.
    struct Missing: Error, CustomStringConvertible {
        let description = "it is gone"
    }

    /// What a reference has for its handle: nothing leads anywhere but its number.
    private static let handle: [UInt8] = [1]

    /// How many bytes are read of why there is none.
    private static let largestReason = 500

    /// The name of an array's memory.
    package static func name(_ number: UInt64) -> String { "joblib-array-\(String(number, radix: 16))" }

    /// The name of memory that says why there is no such array.
    package static func refusalName(_ number: UInt64) -> String { "joblib-no-array-\(String(number, radix: 16))" }

    /// What tasks carry in place of an array, which is forgotten by its own number: as if each were a call of its own.
    package static func reference(_ number: UInt64, byteCount: Int) -> ArrayReference {
        ArrayReference(offset: 0, byteCount: byteCount, serial: number, call: number, handle: self.handle)
    }

    /// Whether there is an array.
    static func exists(_ reference: ArrayReference, in process: Int32) -> Bool {
        guard reference == self.reference(reference.serial, byteCount: reference.byteCount) else { return false }
        let (number, byteCount) = (reference.serial, reference.byteCount)
        return RelayedBuffer.places.known(number, byteCount: byteCount, of: process) != nil
            || self.open(reference, of: process) != nil
            || RelayedBuffer.places.find(number, byteCount: byteCount, of: process) != nil
    }

    /// Copies the elements of an array.
    ///
    /// - Throws: When it is not there, or not any more.
    static func read(
        _ reference: ArrayReference,
        of process: Int32,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws {
        unsafe HugePages.advise(buffer.baseAddress, byteCount: buffer.count)
        guard buffer.count == reference.byteCount else { throw Missing() }
        let (number, byteCount) = (reference.serial, reference.byteCount)
        if let reader = RelayedBuffer.places.known(number, byteCount: byteCount, of: process) {
            guard unsafe reader.read(into: buffer) else { throw Missing() }
        } else if let file = self.open(reference, of: process) {
            guard try unsafe file.read(into: buffer, at: 0) == buffer.count else { throw Missing() }
        } else {
            let reader = RelayedBuffer.places.find(number, byteCount: byteCount, of: process)
            guard let isRead = unsafe reader?.read(into: buffer), isRead else { throw Missing() }
        }
    }

    /// Opens the memory of an array that has its own; `nil` where there is none of this size.
    static func open(_ reference: ArrayReference, of process: Int32) -> OpenFile? {
        guard reference == self.reference(reference.serial, byteCount: reference.byteCount), reference.byteCount > 0,
            let file = try? OpenFile(sealedMemoryNamed: self.name(reference.serial), of: process),
            (try? file.status())?.byteCount == reference.byteCount
        else { return nil }
        return file
    }

    /// Why there is no array; `nil` where that is not said.
    static func refusal(of number: UInt64, by process: Int32) -> String? {
        guard let file = try? OpenFile(sealedMemoryNamed: self.refusalName(number), of: process),
            let bytes = try? file.bytes(at: 0, count: self.largestReason)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
