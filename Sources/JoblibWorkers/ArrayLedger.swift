// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The large arrays that the tasks of one call carry, each known by where it is in memory for as long as it is held.
///
/// One is held while a batch on its way refers to it, and some batches longer: a stream of tasks with fresh arrays has no more
/// of them in memory than its window. Pure bookkeeping; what is let go of is handed out, to be freed where no lock is held.
package struct ArrayLedger<Place: Sendable>: Sendable {
    /// What tells an array from others.
    package struct Key: Hashable, Sendable {
        private let address: UInt
        private let byteCount: Int

        /// Describes the elements of an array; `nil` for none.
        package init?(_ bytes: UnsafeRawBufferPointer) {
            guard let start = bytes.baseAddress else { return nil }
            self.address = UInt(bitPattern: start)
            self.byteCount = bytes.count
        }
    }

    // SAFETY: the array is held so that its memory stays what it is, and is not touched.
    /// An array, and where its elements are for the other side.
    package struct Entry: @unchecked Sendable {
        private let array: Any
        package let place: Place

        /// How many batches on their way refer to it, and the number of the last one that has.
        fileprivate var users = 0
        fileprivate var lastBatch = 0

        package init(_ array: Any, _ place: Place) {
            self.array = array
            self.place = place
        }
    }

    /// For how many batches an array is kept that none on its way refers to: the next may carry it again.
    private static var keptBatches: Int { 8 }

    private var entries: [Key: Entry] = [:]

    /// The number of the batch that is being encoded, and what it refers to.
    private var batch = 0
    private var current: Set<Key> = []

    /// Whether the call has ended, so that nothing is added.
    package private(set) var isOver = false

    /// Begins with none.
    package init() {}

    /// Notes that the batch that is being encoded refers to an array, if that is known.
    package mutating func use(_ key: Key) -> Place? {
        guard var entry = self.entries[key] else { return nil }
        if self.current.insert(key).inserted { entry.users += 1 }
        entry.lastBatch = self.batch
        self.entries[key] = entry
        return entry.place
    }

    /// Adds an array that the batch that is being encoded refers to; not where another thread was faster, or the call has ended.
    ///
    /// - Returns: Whether it was added.
    package mutating func add(_ entry: Entry, _ key: Key) -> Bool {
        guard !self.isOver, self.entries[key] == nil else { return false }
        self.entries[key] = entry
        _ = self.use(key)
        return true
    }

    /// Another batch begins.
    package mutating func beginBatch() {
        self.batch += 1
        self.current = []
    }

    /// The batch is encoded.
    ///
    /// - Returns: What it refers to, for ``didEnd(_:)``.
    package mutating func endBatch() -> Set<Key> {
        defer { self.current = [] }
        return self.current
    }

    /// Where the arrays are that the batch refers to that is being encoded.
    package var currentPlaces: [Place] { self.current.compactMap { self.entries[$0]?.place } }

    /// A batch is not on its way any more.
    ///
    /// - Parameter keys: What it referred to.
    /// - Returns: What no batch on its way refers to, and none has for a while.
    package mutating func didEnd(_ keys: Set<Key>) -> [Entry] {
        for key in keys { self.entries[key]?.users -= 1 }
        let old = self.entries.filter { $0.value.users <= 0 && self.batch - $0.value.lastBatch > Self.keptBatches }
        for key in old.keys { self.entries[key] = nil }
        return Array(old.values)
    }

    /// The call has ended.
    ///
    /// - Returns: All that there was.
    package mutating func end() -> [Entry] {
        self.isOver = true
        defer { self.entries = [:] }
        return Array(self.entries.values)
    }
}
