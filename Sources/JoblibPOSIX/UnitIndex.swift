// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which line programs of a file describe which of its code, by the units of `.debug_info`.
///
/// A unit that does not say where its code is, or cannot be read, leaves its program ``isOpen(_:)``: that describes anything.
struct UnitIndex: Sendable {
    private var starts: [UInt64] = []
    private var ends: [UInt64] = []
    private var programs: [UInt64] = []
    private var complete: Set<UInt64> = []
    private var incomplete: Set<UInt64> = []
    private var position: UInt64 = 0

    /// Whether all units were read, or as many as can be.
    private(set) var isRead = false

    /// Reads units until there are no more, or the time is over; the next call goes on from there.
    mutating func read(_ sections: DWARFSections, until deadline: LookupDeadline) {
        guard !self.isRead, var reader = DWARFReader(sections.units, at: self.position) else { return }
        let listed = Self.listedRanges(sections.unitRanges)
        while !deadline.isOver {
            let offset = reader.offset
            guard let unit = reader.unit() else {
                self.isRead = true
                return
            }
            self.position = reader.offset
            self.add(unit.reader, is64Bit: unit.is64Bit, sections, listed[offset])
        }
    }

    private mutating func add(
        _ reader: DWARFReader,
        is64Bit: Bool,
        _ sections: DWARFSections,
        _ listed: [DWARFUnit.CodeRange]?
    ) {
        guard let unit = DWARFUnit(reader, is64Bit: is64Bit, abbreviations: sections.abbreviations),
            let program = unit.lineProgram
        else { return }
        let room = Self.mostRanges - self.starts.count
        guard let ranges = unit.codeRanges(sections, most: room) ?? listed, ranges.count <= room else {
            self.incomplete.insert(program)
            return
        }
        self.complete.insert(program)
        // At 0 is the file's header, and by name what the linker has left out.
        for range in ranges where range.start > 0 && range.start < range.end {
            self.starts.append(range.start)
            self.ends.append(range.end)
            self.programs.append(program)
        }
    }

    /// Reads `.debug_aranges`: the code of units, by where these are.
    private static func listedRanges(_ bytes: [UInt8]) -> [UInt64: [DWARFUnit.CodeRange]] {
        var reader = DWARFReader(bytes)
        var ranges: [UInt64: [DWARFUnit.CodeRange]] = [:]
        while true {
            let start = reader.offset
            guard let unit = reader.unit() else { return ranges }
            var set = unit.reader
            guard let version: UInt16 = set.integer(), version == 2, let offset = set.offset(unit.is64Bit),
                let size = set.byte(), size == 8, let segmentSize = set.byte(), segmentSize == 0
            else { continue }
            // The first pair is at a multiple of a pair's size, from the start of the set.
            let excess = Int(set.offset - start) % 16
            guard excess == 0 || set.skip(16 - excess) else { continue }
            while let start = set.word(8), let length = set.word(8), start != 0 || length != 0 {
                ranges[offset, default: []].append((start, start &+ length))
            }
        }
    }

    /// Ten times what a large program has: the units of a made-up file may all refer to the same long list.
    private static let mostRanges = 1 << 20
}

// MARK: - Looking up

extension UnitIndex {
    /// Whether a program may describe more than the units have said.
    func isOpen(_ program: UInt64) -> Bool {
        !self.complete.contains(program) || self.incomplete.contains(program)
    }

    /// Returns the programs that describe some of the addresses, and which of these.
    ///
    /// - Parameter addresses: In ascending order.
    /// - Returns: The indices of the addresses, by the offset of the program.
    func programs(for addresses: [UInt64]) -> [UInt64: [Int]] {
        guard let first = addresses.first, let last = addresses.last else { return [:] }
        var found: [UInt64: [Int]] = [:]
        var range = 0
        // Not `for`, which takes ten times as long in a debug build.
        while range < self.starts.count {
            defer { range += 1 }
            let start = self.starts[range]
            let end = self.ends[range]
            guard start <= last, end > first else { continue }
            var index = addresses.firstIndex(notBelow: start)
            while index < addresses.count, addresses[index] < end {
                found[self.programs[range], default: []].append(index)
                index += 1
            }
        }
        return found
    }
}

extension [UInt64] {
    /// The index of the first of the ascending numbers that is not below another.
    func firstIndex(notBelow bound: UInt64) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
