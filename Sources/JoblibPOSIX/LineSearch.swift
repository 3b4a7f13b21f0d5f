// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The addresses that are looked for in line programs, and what was found.
struct LineSearch {
    /// In ascending order.
    let addresses: [UInt64]
    private let order: [Int]
    private var locations: [SourceLines.Location?]
    private var isSettled: [Bool]

    /// The addresses that the next rows may settle, in ascending order, and their indices.
    private var aims: [UInt64] = []
    private var aimIndices: [Int] = []
    private var openAims = 0

    init(_ addresses: [UInt64]) {
        self.order = addresses.indices.sorted { addresses[$0] < addresses[$1] }
        self.addresses = self.order.map { addresses[$0] }
        self.locations = [SourceLines.Location?](repeating: nil, count: addresses.count)
        self.isSettled = [Bool](repeating: false, count: addresses.count)
    }

    /// What was found, in the order in which the addresses were given.
    var found: [SourceLines.Location?] {
        var found = self.locations
        for (index, place) in self.order.enumerated() { found[place] = self.locations[index] }
        return found
    }

    /// Whether there is nothing to be looked for in the next rows.
    var hasArrived: Bool { self.openAims == 0 }

    /// Looks for addresses alone, or for all, and of these for what is not settled.
    mutating func aim(at indices: some Sequence<Int>) {
        self.aimIndices = indices.filter { !self.isSettled[$0] }.sorted()
        self.aims = self.aimIndices.map { self.addresses[$0] }
        self.openAims = self.aims.count
    }

    /// Takes a row of the table, which reaches from one address to the next row's.
    ///
    /// Code without a line, which the compiler has made up, settles its addresses as well.
    mutating func add(_ start: UInt64, _ end: UInt64, _ location: () -> SourceLines.Location?) {
        guard let first = self.aims.first, let last = self.aims.last, start <= last, end > first else { return }
        var aim = self.aims.firstIndex(notBelow: start)
        while aim < self.aims.count, self.aims[aim] < end {
            let index = self.aimIndices[aim]
            aim += 1
            guard !self.isSettled[index] else { continue }
            self.locations[index] = location()
            self.isSettled[index] = true
            self.openAims -= 1
        }
    }
}
