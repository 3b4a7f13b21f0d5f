// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
import JoblibSharedMemory
package import JoblibWire
import Synchronization

/// The large arrays of one call: those that tasks carry, each placed once, and the results that are fetched.
package final class CallArrays: ArenaResults {
    /// Where an array is, and its memory, where that is a file of its own.
    private struct Place: Sendable {
        let reference: ArrayReference
        let file: SharedArray<UInt8>?
    }

    private struct State {
        var ledger = ArrayLedger<Place>()
        var hasBegun = false
    }

    private let arena: SharedArena

    /// Where workers leave results as well.
    package var results: SharedArena? { self.arena }
    let call: UInt64
    private let folder: String?
    private let state = Mutex(State())

    /// How many bytes an array has at most that is not shared.
    package let inlineByteCount: Int

    /// How workers are to have shared arrays, where the call asks for that.
    package let mmapMode: MmapMode?

    /// Begins with none.
    ///
    /// - Parameters:
    ///   - arena: Where they go.
    ///   - call: The number of the call.
    ///   - largest: How many bytes an array has at most that is sent to each task; `nil`: any number.
    ///   - mmapMode: How workers are to have shared arrays, where the call asks for that.
    ///   - folder: Where arrays become files, instead of memory of the pool; `nil` for that.
    package init(
        _ arena: SharedArena,
        call: UInt64,
        unsharedUpTo largest: Int?,
        _ mmapMode: MmapMode?,
        folder: String?
    ) {
        self.folder = folder
        self.arena = arena
        self.mmapMode = mmapMode
        self.call = call
        self.inlineByteCount = largest ?? .max
    }

    deinit { self.release() }

    /// Lets go of all; none is placed from then on.
    func release() { self.giveBack(self.state.withLock { $0.ledger.end() }) }

    /// Puts an array where workers find it, unless that was done for another task.
    ///
    /// - Returns: Where it is; `nil` where there is no memory for it.
    package func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
        guard let key = unsafe ArrayLedger<Place>.Key(bytes) else { return nil }
        let (isOver, known) = self.state.withLock { state in (state.ledger.isOver, state.ledger.use(key)) }
        if let known { return known.reference }
        guard !isOver, let (reference, file) = unsafe self.copy(bytes) else { return nil }
        let entry = ArrayLedger.Entry(array, Place(reference: reference, file: file))
        let (isKept, isFirst, earlier) = self.state.withLock { state in
            // Another thread may have been faster, or the call has ended.
            guard state.ledger.add(entry, key) else { return (false, false, state.ledger.use(key)) }
            defer { state.hasBegun = true }
            return (true, !state.hasBegun, nil)
        }
        guard isKept else {
            self.giveBack([entry])
            return earlier?.reference
        }
        if isFirst { self.arena.begin(self) }
        return reference
    }

    /// Leaves an array where workers read it, or copies it into the pool's memory, or into a file of its own.
    private func copy(_ bytes: UnsafeRawBufferPointer) -> (ArrayReference, SharedArray<UInt8>?)? {
        guard let folder = self.folder else {
            let reference = unsafe self.arena.lend(bytes, call: self.call) ?? self.arena.place(bytes, call: self.call)
            return reference.map { ($0, nil) }
        }
        // Where the folder has no room, the array travels with the rest.
        guard let file = try? SharedArray<UInt8>(zeros: bytes.count, tempFolder: folder),
            let handle = try? BinaryCoder(trust: .sameBuild).encode(file.readOnly)
        else { return nil }
        file.withMutableSpan { span in
            unsafe span.withUnsafeMutableBytes { unsafe $0.copyMemory(from: bytes) }
        }
        let serial = self.arena.makeSerial()
        return (
            ArrayReference(offset: 0, byteCount: bytes.count, serial: serial, call: self.call, handle: handle), file
        )
    }

    /// Lets the memory of arrays be used again, or frees it.
    private func giveBack(_ arrays: [ArrayLedger<Place>.Entry]) {
        self.arena.giveBack(arrays.filter { $0.place.reference.handle.isEmpty }.map(\.place.reference.offset))
    }

    package func beginBatch() { self.state.withLock { $0.ledger.beginBatch() } }

    package func endBatch() -> (@Sendable () -> Void)? {
        let keys = self.state.withLock { $0.ledger.endBatch() }
        if keys.isEmpty { return nil }
        // Not under the lock: what is freed may be large.
        return { self.giveBack(self.state.withLock { $0.ledger.didEnd(keys) }) }
    }
}
