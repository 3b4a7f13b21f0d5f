// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibSharedMemory
import JoblibWire
import Synchronization

/// Large arrays as a worker deals with them: those that tasks carry are fetched once, results are left for the caller.
final class WorkerArrays: ArrayExchange {
    // SAFETY: an array of plain numbers, which is handed out as a value.
    private struct Kept: @unchecked Sendable {
        let array: Any
        var lastBatch: Int
    }

    /// For how many batches what a task was given is kept for others.
    private static let keptBatches = 4

    private struct State {
        var space: ArenaSpace

        /// Results that the caller has not been seen to have, in the order in which they were placed.
        var results: [(number: Int, offset: Int)] = []

        /// How many results were placed.
        var placedCount = 0

        /// Those that no answer has told of, where somebody passes answers on.
        var untold: [PlacedArray] = []

        /// What tasks were given.
        var kept: [ArrayReference: Kept] = [:]

        /// How many batches have begun.
        var batch = 0
    }

    /// From how many bytes on a result goes another way than the others: a message is copied several times.
    private static let largestMessage = 1 << 18

    private let arena: MemoryArena
    private let relay: Int32?
    private let memory: WorkerMemory
    private let caller: CallerMemory
    private let state: Mutex<State>

    /// Begins with none.
    ///
    /// - Parameters:
    ///   - arena: What the caller shares with its workers.
    ///   - region: The number of the region that results go to.
    ///   - memory: Where the caller says which of them it has.
    ///   - relay: The id of the process that passes tasks of another host on, and has their arrays: no reference leads to any other
    ///     memory then; `nil` where tasks are the caller's own.
    init(_ arena: MemoryArena, region: Int, _ memory: WorkerMemory, relay: Int32?) {
        self.relay = relay
        self.arena = arena
        self.memory = memory
        self.caller = .tried(arena)
        self.state = Mutex(State(space: ArenaSpace(SharedArena.region(region))))
    }

    var inlineByteCount: Int { Self.largestMessage }

    /// How many results were placed so far; what is sent from now on may tell of them.
    var placedCount: Int { self.state.withLock { $0.placedCount } }

    /// The results that no answer has told of, where somebody passes answers on; the next one does.
    func takeUntold() -> [PlacedArray] {
        if self.relay == nil { return [] }
        return self.state.withLock { state in
            defer { state.untold = [] }
            return state.untold
        }
    }

    /// Lets go of what tasks of a call were given.
    func forget(call: UInt64) {
        let forgotten = self.state.withLock { state in Self.take(&state) { reference, _ in reference.call == call } }
        withExtendedLifetime(forgotten) {}
    }

    func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
        let code = self.relay.flatMap { _ in ArrivingArray.code(of: array) }
        if self.relay != nil, code == nil { return nil }
        let taken = self.memory.takenCount
        let offset = self.state.withLock { state -> Int? in
            while let oldest = state.results.first, oldest.number <= taken {
                state.results.removeFirst()
                state.space.giveBack(oldest.offset)
            }
            return state.space.take(bytes.count)
        }
        guard let offset else { return nil }
        do throws(SystemError) {
            unsafe try self.arena.write(bytes, at: offset)
        } catch {
            self.arena.discard(offset..<offset + bytes.count)
            self.state.withLock { $0.space.giveBack(offset) }
            return nil
        }
        let number = self.state.withLock { state in
            state.placedCount += 1
            state.results.append((state.placedCount, offset))
            if let code {
                state.untold.append(
                    PlacedArray(elementCode: code, number: state.placedCount, offset: offset, byteCount: bytes.count)
                )
            }
            return state.placedCount
        }
        return ArrayReference(offset: offset, byteCount: bytes.count, serial: UInt64(number), call: 0)
    }

    func holds(_ reference: ArrayReference) -> Bool {
        if let relay { return RelayedArray.exists(reference, in: relay) }
        if !reference.handle.isEmpty { return reference.byteCount > 0 }
        let (end, overflow) = reference.offset.addingReportingOverflow(reference.byteCount)
        return reference.offset >= 0 && reference.byteCount > 0 && !overflow
            && end <= SharedArena.region(0).upperBound && reference.byteCount <= self.arena.byteCount
    }

    func absence(of reference: ArrayReference) -> String? {
        self.relay.flatMap { RelayedArray.refusal(of: reference.serial, by: $0) }
    }

    func open(_ reference: ArrayReference) throws -> Int32? {
        guard let relay, let file = RelayedArray.open(reference, of: relay) else { return nil }
        return file.release()
    }

    /// A file has another size than the array in it.
    private struct WrongSize: Error {}

    func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        if let relay { return try unsafe RelayedArray.read(reference, of: relay, into: buffer) }
        if reference.isLent { return try unsafe self.caller.read(reference.offset, into: buffer) }
        guard reference.handle.isEmpty else {
            let file = try BinaryCoder(trust: .sameBuild).decode(SharedArray<UInt8>.self, from: reference.handle)
            guard file.count == buffer.count else { throw WrongSize() }
            unsafe HugePages.advise(buffer.baseAddress, byteCount: buffer.count)
            return file.withSpan { span in unsafe span.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) } }
        }
        unsafe try self.arena.read(intoFresh: buffer, at: reference.offset)
    }

    func kept(_ reference: ArrayReference) -> Any? {
        self.state.withLock { state -> Kept? in
            guard var kept = state.kept[reference] else { return nil }
            kept.lastBatch = state.batch
            state.kept[reference] = kept
            return kept
        }?
        .array
    }

    func keep(_ array: Any, _ reference: ArrayReference) {
        let earlier = self.state.withLock { state in
            state.kept.updateValue(Kept(array: array, lastBatch: state.batch), forKey: reference)
        }
        withExtendedLifetime(earlier) {}
    }

    /// Lets go of what the last batches have not asked for.
    func beginBatch() {
        let old = self.state.withLock { state in
            state.batch += 1
            let oldest = state.batch - Self.keptBatches
            return Self.take(&state) { $1.lastBatch < oldest }
        }
        withExtendedLifetime(old) {}
    }

    /// Lets go of all that is kept.
    func forgetAll() {
        let all = self.state.withLock { state in Self.take(&state) { _, _ in true } }
        withExtendedLifetime(all) {}
    }

    /// Takes out what is kept of some, to be freed where no lock is held: that takes long.
    private static func take(
        _ state: inout State,
        where isWanted: (ArrayReference, Kept) -> Bool
    ) -> [ArrayReference: Kept] {
        if state.kept.isEmpty { return [:] }
        let taken = state.kept.filter { isWanted($0.key, $0.value) }
        for reference in taken.keys { state.kept[reference] = nil }
        return taken
    }
}
