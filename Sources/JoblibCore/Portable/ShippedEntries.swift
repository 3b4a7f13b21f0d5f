// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The tasks of a batch that have not ended, in the order in which its worker runs them.
///
/// Most are in a row, with the same number of attempts, and end from the front: that is two numbers, however many they are.
struct ShippedEntries: Sendable {
    typealias Entry = ShippingLedger.Entry

    private enum Form: Sendable {
        /// The first, and how many there are like it, one behind the other.
        case row(Entry, count: Int)
        case list(ArraySlice<Entry>)
    }

    private var form: Form

    /// Tasks in a row.
    ///
    /// - Parameters:
    ///   - first: The first; the others have as many attempts.
    ///   - count: How many there are.
    init(_ first: Entry, count: Int) {
        self.form = .row(first, count: count)
    }

    /// Tasks of any kind.
    init(_ entries: [Entry]) {
        self.form = .list(entries[...])
        // Most are in a row all the same, which need not be found out for each of them.
        if let (first, count) = self.firstRow, count == entries.count { self.form = .row(first, count: count) }
    }

    var count: Int {
        switch self.form {
        case .row(_, let count): count
        case .list(let entries): entries.count
        }
    }

    var isEmpty: Bool { self.count == 0 }

    /// All of them, one by one.
    var all: [Entry] {
        switch self.form {
        case .row(let first, let count): (0..<count).map { Self.entry(first, $0) }
        case .list(let entries): Array(entries)
        }
    }

    /// The first, and how many there are in a row with as many attempts, itself included; `nil` when there is none.
    var firstRow: (entry: Entry, count: Int)? {
        switch self.form {
        case .row(let first, let count): return count == 0 ? nil : (first, count)
        case .list(let entries):
            guard let first = entries.first else { return nil }
            var count = 0
            for entry in entries {
                guard entry == Self.entry(first, count) else { break }
                count += 1
            }
            return (first, count)
        }
    }

    /// Whether a task is among them.
    func contains(_ index: Int) -> Bool {
        switch self.form {
        case .row(let first, let count): index >= first.index && index - first.index < count
        case .list(let entries): entries.contains { $0.index == index }
        }
    }

    /// Removes so many from the front.
    mutating func removeFirst(_ removed: Int) {
        switch self.form {
        case .row(let first, let count): self.form = .row(Self.entry(first, removed), count: count - removed)
        case .list(let entries): self.form = .list(entries.dropFirst(removed))
        }
    }

    /// Removes tasks in a row, if they are the next.
    ///
    /// - Returns: Whether they were.
    mutating func takeRow(_ first: Int, _ count: Int, attempt: Int) -> Bool {
        guard count > 0, let (entry, length) = self.firstRow, entry.index == first, entry.attempt == attempt,
            count <= length
        else { return false }
        self.removeFirst(count)
        return true
    }

    /// Removes a task; `nil` if it is none of them.
    mutating func take(_ index: Int) -> Entry? {
        if case .row(let first, let count) = self.form {
            guard self.contains(index) else { return nil }
            if index == first.index {
                self.removeFirst(1)
                return first
            }
            self.form = .list((0..<count).map { Self.entry(first, $0) }[...])
        }
        guard case .list(var entries) = self.form, let place = entries.firstIndex(where: { $0.index == index }) else {
            return nil
        }
        // Or it is copied.
        self.form = .list([])
        let entry = place == entries.startIndex ? entries.removeFirst() : entries.remove(at: place)
        self.form = .list(entries)
        return entry
    }

    /// Puts a task before the others.
    mutating func putFirst(_ entry: Entry) { self.form = .list(([entry] + self.all)[...]) }

    private static func entry(_ first: Entry, _ offset: Int) -> Entry {
        Entry(index: first.index + offset, attempt: first.attempt, retries: first.retries)
    }
}
