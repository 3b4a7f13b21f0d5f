// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore
import JoblibPOSIX
package import JoblibWire
import JoblibWorkers
import Synchronization

/// The large arrays that the tasks of one call carry to other hosts, to each of them once.
///
/// One is known by where it is in memory as long as it is held, and by its content: two that are equal travel as one.
package final class HostArrays: ArrayExchange {
    private struct Known {
        weak var array: HostArray?
    }

    private struct State {
        var ledger = ArrayLedger<HostArray>()
        var byContent: [ContentHash: [Known]] = [:]

        /// What the batch refers to that was encoded last, until it is taken.
        var batch: [HostArray] = []
    }

    /// Who is told when an array ends, which may be after its call.
    private final class Listener: Sendable {
        // A closure that is a mutex's very value is wrapped once more at each access, for good.
        private struct Ear: Sendable {
            var hear: (@Sendable (UInt64) -> Void)?
        }

        private let ear = Mutex(Ear())

        func set(_ hear: @escaping @Sendable (UInt64) -> Void) {
            self.ear.withLock { if $0.hear == nil { $0.hear = hear } }
        }

        func tell(_ number: UInt64) { self.ear.withLock { $0.hear }?(number) }
    }

    /// What each result would have to be for, which none is.
    private struct NoArray: Error {}

    private let call: UInt64
    private let listener = Listener()
    private let state = Mutex(State())

    /// How many bytes an array has at most that is sent to each task.
    package let inlineByteCount: Int

    /// How workers are to have shared arrays, where the call asks for that.
    package let mmapMode: MmapMode?

    /// Begins with none.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - largest: How many bytes an array has at most that is sent to each task; `nil`: any number.
    ///   - mmapMode: How workers are to have shared arrays, where the call asks for that.
    package init(_ call: CallID, unsharedUpTo largest: Int?, _ mmapMode: MmapMode?) {
        self.call = call.number
        self.inlineByteCount = largest ?? .max
        self.mmapMode = mmapMode
        if largest != nil { HostArraysTable.shared.add(self, self.call) }
    }

    deinit {
        self.end()
        HostArraysTable.shared.remove(self.call)
    }

    // MARK: - For the coder

    package func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? {
        unsafe self.place(bytes, of: array, isShared: false)
    }

    package func place(shared bytes: UnsafeRawBufferPointer, of owner: AnyObject) -> ArrayReference? {
        unsafe self.place(bytes, of: owner, isShared: true)
    }

    private func place(_ bytes: UnsafeRawBufferPointer, of owner: Any, isShared: Bool) -> ArrayReference? {
        guard let key = unsafe ArrayLedger<HostArray>.Key(bytes) else { return nil }
        if let known = self.state.withLock({ $0.ledger.use(key) }) { return Self.reference(to: known) }
        // Not what others may write to: it may be another thing when it is sent.
        let hash = isShared ? nil : unsafe ContentHash(bytes)
        let equal = hash.flatMap { unsafe self.find($0, bytes) }
        let array =
            unsafe equal
            ?? HostArray(bytes, of: owner, isMapped: isShared) { [listener = self.listener] in listener.tell($0) }
        let entry = ArrayLedger<HostArray>.Entry(owner, array)
        let placed = self.state.withLock { state -> HostArray? in
            // Another thread may have been faster, or the call has ended.
            guard state.ledger.add(entry, key) else { return state.ledger.use(key) }
            guard let hash, equal == nil else { return array }
            state.byContent[hash, default: []].removeAll { $0.array == nil }
            state.byContent[hash, default: []].append(Known(array: array))
            return array
        }
        return placed.map { Self.reference(to: $0) }
    }

    private static func reference(to array: HostArray) -> ArrayReference {
        RelayedArray.reference(array.number, byteCount: array.byteCount)
    }

    private func find(_ hash: ContentHash, _ bytes: UnsafeRawBufferPointer) -> HostArray? {
        let candidates = self.state.withLock { state in (state.byContent[hash] ?? []).compactMap(\.array) }
        return candidates.first { unsafe $0.equals(bytes) }
    }

    package func beginBatch() {
        self.state.withLock { state in
            state.ledger.beginBatch()
            state.batch = []
        }
    }

    package func endBatch() -> (@Sendable () -> Void)? {
        let keys = self.state.withLock { state in
            state.batch = state.ledger.currentPlaces
            return state.ledger.endBatch()
        }
        if keys.isEmpty { return nil }
        return {
            let old = self.state.withLock { state in
                let old = state.ledger.didEnd(keys)
                if !old.isEmpty { state.byContent = state.byContent.filter { $0.value.contains { $0.array != nil } } }
                return old
            }
            // Not under the lock: what is freed may be large.
            withExtendedLifetime(old) {}
        }
    }

    /// None: results are inside of the answers.
    package func holds(_ reference: ArrayReference) -> Bool { false }

    package func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        throw NoArray()
    }

    package func kept(_ reference: ArrayReference) -> Any? { nil }

    package func keep(_ array: Any, _ reference: ArrayReference) {}

    // MARK: - For the session

    /// Has somebody told of arrays that end.
    func listen(_ body: @escaping @Sendable (UInt64) -> Void) { self.listener.set(body) }

    /// What the batch refers to that was encoded last: it is handed in right after that, by the same thread.
    func takeBatch() -> [HostArray] {
        self.state.withLock { state in
            defer { state.batch = [] }
            return state.batch
        }
    }

    /// The call has ended: what has not been sent need not be.
    func end() {
        let entries = self.state.withLock { $0.ledger.end() }
        for entry in entries { entry.place.cancel() }
    }
}

/// The arrays of the calls of this process, by which sessions find them that are handed batches.
final class HostArraysTable: Sendable {
    private static let perProcess = PerProcess { HostArraysTable() }

    private struct Entry {
        weak var arrays: HostArrays?
    }

    private let entries = Mutex<[UInt64: Entry]>([:])

    static var shared: HostArraysTable { self.perProcess.object }

    func add(_ arrays: HostArrays, _ call: UInt64) { self.entries.withLock { $0[call] = Entry(arrays: arrays) } }

    func remove(_ call: UInt64) { self.entries.withLock { $0[call] = nil } }

    func arrays(of call: CallID) -> HostArrays? { self.entries.withLock { $0[call.number]?.arrays } }
}
