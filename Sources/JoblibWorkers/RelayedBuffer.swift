// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibPOSIX
import Synchronization

/// Memory for large arrays of another host's tasks, one after the other: memory that is used again takes a tenth of the time.
///
/// Its first page says which array is in it, once that is whole. Whoever copies one looks there again afterwards: it may have been
/// given up meanwhile, with the batch that it was of, and another one be on its way there.
package final class RelayedBuffer: Sendable {
    static let name = "joblib-array-buffer"

    /// Where the elements begin.
    private static let start = 4096

    private struct State {
        /// How far it was written to.
        var end = 0

        /// What was, from the second array on.
        var window: ArenaWindow?
    }

    private let memory: MemoryArena
    private let state = Mutex(State())

    /// Makes an empty one.
    ///
    /// - Throws: ``SystemError`` when the system has no descriptor left to give.
    package init() throws(SystemError) {
        self.memory = try MemoryArena(name: Self.name)
    }

    /// Says that nothing is in it; before the first bytes of an array.
    ///
    /// - Throws: ``SystemError`` when there is no memory.
    package func clear() throws(SystemError) { try self.note(Label(number: 0, byteCount: 0)) }

    /// Writes bytes of an array.
    ///
    /// - Throws: ``SystemError`` when there is no memory for them.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        let place = Self.start + offset..<Self.start + offset + bytes.count
        let window = self.state.withLock { state -> ArenaWindow? in
            if state.end < place.upperBound { return nil }
            if state.window?.contains(place) != true {
                // Where it cannot be mapped it is written to as before.
                state.window = try? ArenaWindow(self.memory, 0..<state.end, isWritable: true)
            }
            return state.window
        }
        if let window { return unsafe window.write(bytes, at: place.lowerBound) }
        unsafe try self.memory.write(bytes, at: place.lowerBound)
        self.state.withLock { $0.end = max($0.end, place.upperBound) }
    }

    /// Gives memory back to the system beyond so many bytes of an array, which whoever copies that does not look at.
    package func shrink(to byteCount: Int) {
        let end = Self.start + byteCount
        self.state.withLock { state in
            guard state.end > end else { return }
            self.memory.discard(end..<state.end)
            // To write behind it takes memory, which is to be asked for.
            state.end = end
            state.window = nil
        }
    }

    /// Says which array is in it as a whole.
    ///
    /// - Throws: ``SystemError`` when there is no memory.
    package func complete(_ number: UInt64, byteCount: Int) throws(SystemError) {
        try self.note(Label(number: number, byteCount: UInt64(byteCount)))
    }

    /// What the first page says.
    fileprivate struct Label: Equatable {
        var number: UInt64
        var byteCount: UInt64
    }

    private func note(_ label: Label) throws(SystemError) {
        let result = unsafe withUnsafeBytes(of: label) { bytes -> Result<Void, SystemError> in
            do throws(SystemError) { return .success(unsafe try self.memory.write(bytes, at: 0)) } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// An array in a buffer of another process.
    struct Reader: ~Copyable {
        private let file: OpenFile
        fileprivate let label: Label

        /// Opens a buffer; `nil` where it is gone, or nothing in it.
        fileprivate init?(_ memory: OpenFile.Memory, of process: Int32) {
            guard let file = try? OpenFile(memory, of: process), let label = Self.label(file), label.number != 0 else {
                return nil
            }
            self.file = file
            self.label = label
        }

        private static func label(_ file: borrowing OpenFile) -> Label? {
            var label = Label(number: 0, byteCount: 0)
            let size = MemoryLayout<Label>.size
            let count = unsafe withUnsafeMutableBytes(of: &label) { bytes in try? unsafe file.read(into: bytes, at: 0) }
            return count == size ? label : nil
        }

        /// Copies it to a buffer of its size; returns whether it was there all the time.
        func read(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
            guard (try? unsafe self.file.read(into: buffer, at: RelayedBuffer.start)) == buffer.count else {
                return false
            }
            return Self.label(self.file) == self.label
        }
    }

    /// Where the arrays of another process are: to look there once finds all that a batch refers to.
    ///
    /// What is remembered is where they were, and is looked at again; nothing is kept open, which would keep the memory.
    final class Places: Sendable {
        private let places = Mutex<[UInt64: OpenFile.Memory]>([:])

        /// Opens an array where it was at the last look; `nil` where it is not, of that size, or not as a whole.
        func known(_ number: UInt64, byteCount: Int, of process: Int32) -> Reader? {
            guard let memory = self.places.withLock({ $0[number] }),
                let reader = Reader(memory, of: process),
                reader.label == Label(number: number, byteCount: UInt64(byteCount))
            else { return nil }
            return reader
        }

        /// Looks where all are, and opens one.
        func find(_ number: UInt64, byteCount: Int, of process: Int32) -> Reader? {
            var places: [UInt64: OpenFile.Memory] = [:]
            for memory in OpenFile.memories(named: RelayedBuffer.name, of: process) {
                guard let reader = Reader(memory, of: process) else { continue }
                places[reader.label.number] = memory
            }
            self.places.withLock { $0 = places }
            return self.known(number, byteCount: byteCount, of: process)
        }
    }

    /// Those of the process whose tasks this one runs.
    static let places = Places()
}
