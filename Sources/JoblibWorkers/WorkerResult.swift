// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
package import JoblibPOSIX
import Synchronization

/// A large array of an answer, which is where its worker has left it for as long as this is held.
package final class WorkerResult: Sendable {
    package let array: PlacedArray
    private let results: WorkerResults

    fileprivate init(_ array: PlacedArray, _ results: WorkerResults) {
        self.array = array
        self.results = results
    }

    deinit { self.results.release(self.array.number) }

    /// Copies a part of its bytes.
    ///
    /// - Parameters:
    ///   - buffer: Filled with them.
    ///   - offset: Where they begin in it.
    /// - Throws: `SystemError` when they are not there.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) {
        unsafe try self.results.read(self.array, into: buffer, at: self.array.offset + offset)
    }
}

/// A relay that takes over large arrays, and does not wait for their bytes to take in an answer.
package protocol ResultsRelay: BatchRelay {
    /// The next answer of the batch refers to these.
    func bring(_ results: [WorkerResult])
}

/// The arrays that one worker has left where its caller reads them.
final class WorkerResults: Sendable {
    private struct State {
        var ledger = PlacedLedger()

        /// Whether the worker has ended, and nobody else would free its memory.
        var isAbandoned = false

        /// What was read of last.
        var window: ArenaWindow?
    }

    private let arena: SharedArena
    private let region: Int
    private let memory: WorkerMemory
    private let state = Mutex(State())

    init(_ arena: SharedArena, region: Int, _ memory: WorkerMemory) {
        self.arena = arena
        self.region = region
        self.memory = memory
    }

    /// An answer was taken in.
    ///
    /// - Parameters:
    ///   - placedCount: Up to which number it and those before tell of arrays.
    ///   - arrays: Those that are read later.
    /// - Returns: What is to be held until then; `nil` where it tells of what cannot be.
    func note(_ placedCount: Int, reading arrays: [PlacedArray]) -> [WorkerResult]? {
        guard arrays.allSatisfy({ SharedArena.region(self.region).contains($0.offset) && self.arena.holds($0) }) else {
            return nil
        }
        let isWell = self.state.withLock { state in
            guard state.ledger.note(told: placedCount, reading: arrays.map(\.number)) else { return false }
            self.memory.noteTaken(state.ledger.takenCount)
            return true
        }
        return isWell ? arrays.map { WorkerResult($0, self) } : nil
    }

    fileprivate func release(_ number: Int) {
        let isOver = self.state.withLock { state in
            state.ledger.release(number)
            self.memory.noteTaken(state.ledger.takenCount)
            return state.isAbandoned && state.ledger.isEmpty
        }
        if isOver { self.arena.discard(region: self.region) }
    }

    fileprivate func read(
        _ array: PlacedArray,
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) {
        let window: ArenaWindow
        if let last = self.state.withLock({ $0.window }), last.contains(offset..<offset + buffer.count) {
            window = last
        } else {
            // All of the region up to its end: the next array is likely to be in it, too.
            let part = SharedArena.region(self.region).lowerBound..<array.offset + array.byteCount
            guard let fresh = try? self.arena.window(part) else {
                // There may be a limit of what can be mapped.
                return unsafe try self.arena.read(into: buffer, at: offset)
            }
            window = fresh
            self.state.withLock { $0.window = fresh }
        }
        unsafe window.read(into: buffer, at: offset)
    }

    /// Gives the memory back to the system of a worker that has nothing to do and begins with nothing meanwhile, unless it is read.
    func trim() {
        if self.state.withLock({ $0.ledger.isEmpty }) { self.arena.discard(region: self.region) }
    }

    /// Gives the memory back of a worker that has ended, once nobody reads it any more.
    func abandon() {
        let isOver = self.state.withLock { state in
            state.isAbandoned = true
            return state.ledger.isEmpty
        }
        if isOver { self.arena.discard(region: self.region) }
    }
}
