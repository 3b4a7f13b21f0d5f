// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Synchronization

/// Which line of which source file an ELF file's code was made from: the section `.debug_line` of DWARF 2 to 5.
///
/// See the DWARF standard, version 5, section 6.2. Whatever is odd ends the reading of its unit, and what was found before stands.
///
/// The programs of all units take a debug build of a large program half a minute. So those alone run that, by ``UnitIndex``,
/// describe what is looked for; for what no unit claims, those that it leaves open.
struct SourceLines {
    /// A place in a source file.
    struct Location: Hashable, CustomStringConvertible {
        var file: String
        var line: Int

        var description: String { "\(self.file):\(self.line)" }
    }

    /// `.debug_line`.
    var lines: [UInt8]
    /// `.debug_str`.
    var strings: [UInt8] = []
    /// `.debug_line_str`.
    var lineStrings: [UInt8] = []

    /// Returns for each address of the file the place that it was made from, if that is found in time.
    func locations(for addresses: [UInt64], _ index: UnitIndex, until deadline: LookupDeadline) -> [Location?] {
        var search = LineSearch(addresses)
        for (offset, indices) in index.programs(for: search.addresses).sorted(by: { $0.key < $1.key }) {
            search.aim(at: indices)
            guard !search.hasArrived, !deadline.isOver else { continue }
            var reader = DWARFReader(self.lines, at: offset)
            if let unit = reader?.unit() { self.run(unit, &search, until: deadline) }
        }

        search.aim(at: addresses.indices)
        var reader = DWARFReader(self.lines)
        while !search.hasArrived, !deadline.isOver {
            let offset = reader.offset
            guard let unit = reader.unit() else { break }
            if index.isOpen(offset) { self.run(unit, &search, until: deadline) }
        }
        return search.found
    }

    private func run(
        _ unit: (reader: DWARFReader, is64Bit: Bool),
        _ search: inout LineSearch,
        until deadline: LookupDeadline
    ) {
        var program = LineProgram(unit.reader, is64Bit: unit.is64Bit, self.strings, self.lineStrings)
        program?.run(&search, until: deadline)
    }
}

// MARK: - Files

extension SourceLines {
    /// Returns for each address of a file the place that it was made from, if that is found in time.
    ///
    /// The units are read once for each file of the process, as far as the time suffices; one that is replaced by another of
    /// its name and size meanwhile is not what the process has in memory anyway.
    static func locations(
        inFileAt path: String,
        for addresses: [UInt64],
        until deadline: LookupDeadline
    ) -> [Location?] {
        let none = [Location?](repeating: nil, count: addresses.count)
        guard !deadline.isOver, let file = ELFFile(path: path), let lines = file.section(named: ".debug_line") else {
            return none
        }
        let identity = file.status
        var index = identity.flatMap { identity in self.known.withLock { $0[identity] } } ?? UnitIndex()
        if !index.isRead {
            index.read(DWARFSections(file), until: deadline)
            if let identity { self.remember(index, of: identity) }
        }
        let source = SourceLines(
            lines: lines,
            strings: file.section(named: ".debug_str") ?? [],
            lineStrings: file.section(named: ".debug_line_str") ?? []
        )
        return source.locations(for: addresses, index, until: deadline)
    }

    private static let known = Mutex<[FileStatus: UnitIndex]>([:])
    private static let mostKnown = 16

    private static func remember(_ index: UnitIndex, of file: FileStatus) {
        self.known.withLock { known in
            if known.count >= self.mostKnown { known = [:] }
            known[file] = index
        }
    }
}

extension DWARFSections {
    fileprivate init(_ file: borrowing ELFFile) {
        self.units = file.section(named: ".debug_info") ?? []
        self.abbreviations = file.section(named: ".debug_abbrev") ?? []
        self.ranges = file.section(named: ".debug_ranges") ?? []
        self.rangeLists = file.section(named: ".debug_rnglists") ?? []
        self.addresses = file.section(named: ".debug_addr") ?? []
        self.unitRanges = file.section(named: ".debug_aranges") ?? []
    }
}
