// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
import JoblibSharedMemory
package import JoblibWire
import Synchronization

/// The large arrays of one call: those that tasks carry, each placed once, and the results that are fetched.
package final class CallArrays: ArenaResults {
    /// What is told from others by where it is in memory, for as long as it is held.
    private struct Key: Hashable {
        let address: UInt
        let byteCount: Int
    }

    // SAFETY: the array is held so that its memory stays what it is, and is not touched.
    private struct Placed: @unchecked Sendable {
        let array: Any
        let reference: ArrayReference

        /// Its memory, where that is a file of its own.
        let file: SharedArray<UInt8>?

        /// How many batches on their way refer to it, and the number of the last one that has.
        var users = 0
        var lastBatch = 0
    }

    /// For how many batches an array is kept that none on its way refers to: the next may carry it again.
    private static let keptBatches = 8

    private struct State {
        var placed: [Key: Placed] = [:]

        /// The number of the batch that is being encoded, and what it refers to.
        var batch = 0
        var current: Set<Key> = []
        var hasBegun = false
        var isOver = false
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
    func release() {
        let placed = self.state.withLock { state in
            state.isOver = true
            defer { state.placed = [:] }
            return state.placed
        }
        self.giveBack(placed.values)
    }

    /// Puts an array where workers find it, unless that was done for another task.
    ///
    /// - Returns: Where it is; `nil` where there is no memory for it.
    package func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
        guard let start = bytes.baseAddress else { return nil }
        let key = Key(address: UInt(bitPattern: start), byteCount: bytes.count)
        let (isOver, known) = self.state.withLock { state in (state.isOver, Self.use(key, &state)) }
        if let known { return known }
        guard !isOver, let (reference, file) = unsafe self.copy(bytes) else { return nil }
        let placed = Placed(array: array, reference: reference, file: file)
        let (isKept, isFirst, earlier) = self.state.withLock { state in
            // Another thread may have been faster, or the call has ended.
            if let earlier = Self.use(key, &state) { return (false, false, Optional(earlier)) }
            guard !state.isOver else { return (false, false, nil) }
            state.placed[key] = placed
            _ = Self.use(key, &state)
            defer { state.hasBegun = true }
            return (true, !state.hasBegun, nil)
        }
        guard isKept else {
            self.giveBack([placed])
            return earlier
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
    private func giveBack(_ arrays: some Sequence<Placed>) {
        self.arena.giveBack(arrays.filter { $0.reference.handle.isEmpty }.map(\.reference.offset))
    }

    /// Notes that the batch that is being encoded refers to an array, if that is placed.
    private static func use(_ key: Key, _ state: inout State) -> ArrayReference? {
        guard var placed = state.placed[key] else { return nil }
        if state.current.insert(key).inserted { placed.users += 1 }
        placed.lastBatch = state.batch
        state.placed[key] = placed
        return placed.reference
    }

    package func beginBatch() {
        self.state.withLock { state in
            state.batch += 1
            state.current = []
        }
    }

    package func endBatch() -> (@Sendable () -> Void)? {
        let keys = self.state.withLock { state in
            defer { state.current = [] }
            return state.current
        }
        if keys.isEmpty { return nil }
        return { self.didEnd(keys) }
    }

    /// Lets go of what no batch on its way refers to, and none has for a while.
    private func didEnd(_ keys: Set<Key>) {
        let old = self.state.withLock { state in
            for key in keys { state.placed[key]?.users -= 1 }
            let old = state.placed.filter { $0.value.users <= 0 && state.batch - $0.value.lastBatch > Self.keptBatches }
            for key in old.keys { state.placed[key] = nil }
            return old
        }
        // Not under the lock: what is freed may be large.
        self.giveBack(old.values)
    }
}
