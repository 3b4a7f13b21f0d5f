// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
package import JoblibWire
import Synchronization

/// The large arrays of one call: those that tasks carry, each placed once, and the results that are fetched.
package final class CallArrays: ArrayExchange {
    /// What is told from others by where it is in memory, for as long as it is held.
    private struct Key: Hashable {
        let address: UInt
        let byteCount: Int
    }

    // SAFETY: the array is held so that its memory stays what it is, and is not touched.
    private struct Placed: @unchecked Sendable {
        let array: Any
        let reference: ArrayReference
    }

    private struct State {
        var placed: [Key: Placed] = [:]
        var hasBegun = false
        var isOver = false
    }

    private let arena: SharedArena
    let call: UInt64
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
    package init(_ arena: SharedArena, call: UInt64, unsharedUpTo largest: Int?, _ mmapMode: MmapMode?) {
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
        self.arena.giveBack(placed.values.map(\.reference.offset))
    }

    /// Copies an array, unless that was done for another task.
    ///
    /// - Returns: Where it is; `nil` where there is no memory for it.
    package func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
        guard let start = bytes.baseAddress else { return nil }
        let key = Key(address: UInt(bitPattern: start), byteCount: bytes.count)
        let (isOver, known) = self.state.withLock { ($0.isOver, $0.placed[key]?.reference) }
        if let known { return known }
        guard !isOver, let reference = unsafe self.arena.place(bytes, call: self.call) else { return nil }
        let placed = Placed(array: array, reference: reference)
        let (isKept, isFirst, earlier) = self.state.withLock { state in
            // Another thread may have been faster, or the call has ended.
            if let earlier = state.placed[key] { return (false, false, Optional(earlier.reference)) }
            guard !state.isOver else { return (false, false, nil) }
            state.placed[key] = placed
            defer { state.hasBegun = true }
            return (true, !state.hasBegun, nil)
        }
        guard isKept else {
            self.arena.giveBack([reference.offset])
            return earlier
        }
        if isFirst { self.arena.begin(self) }
        return reference
    }

    /// Whether a worker may have left an array there.
    package func holds(_ reference: ArrayReference) -> Bool { self.arena.holds(reference) }

    /// Fetches a result.
    ///
    /// - Throws: `SystemError` when it is not there.
    package func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        unsafe try self.arena.read(reference, into: buffer)
    }

    /// Nothing: each result is fetched once.
    package func kept(_ reference: ArrayReference) -> Any? { nil }

    /// Nothing.
    package func keep(_ array: Any, _ reference: ArrayReference) {}
}
