// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The program that makes the rows of one unit's table.
struct LineProgram {
    private var reader: DWARFReader
    /// Where the table of files is, which is read once a row is found, and for most programs never.
    private var tableReader: DWARFReader
    private var files: [String]?
    private let table: LineFileTable
    private let version: UInt16
    private var addressSize = 8
    private let instructionLength: UInt64
    private let lineBase: Int
    private let lineRange: Int
    private let opcodeBase: UInt8
    private var argumentCounts: [UInt8] = []

    /// Reads the header of a unit, behind its length; `nil` if it is odd, or no instruction follows.
    init?(_ reader: DWARFReader, is64Bit: Bool, _ strings: [UInt8], _ lineStrings: [UInt8]) {
        var reader = reader
        guard let version: UInt16 = reader.integer(), (2...5).contains(version) else { return nil }
        self.version = version
        if version >= 5 {
            guard let size = reader.byte(), reader.skip(1) else { return nil }
            self.addressSize = Int(size)
        }
        guard let headerLength = reader.offset(is64Bit), headerLength < UInt64(reader.count) else { return nil }
        let program = reader.dropping(Int(headerLength))
        guard let instructionLength = reader.byte(), version < 4 || reader.skip(1), reader.skip(1),
            let lineBase: Int8 = reader.integer(), let lineRange = reader.byte(), lineRange > 0,
            let opcodeBase = reader.byte(), opcodeBase > 0
        else { return nil }
        self.instructionLength = UInt64(instructionLength)
        self.lineBase = Int(lineBase)
        self.lineRange = Int(lineRange)
        self.opcodeBase = opcodeBase
        for _ in 1..<max(1, opcodeBase) {
            guard let count = reader.byte() else { return nil }
            self.argumentCounts.append(count)
        }
        self.reader = program
        self.tableReader = reader
        self.table = LineFileTable(strings: strings, lineStrings: lineStrings, is64Bit: is64Bit)
    }

    private struct Row {
        var address: UInt64 = 0
        var file: UInt64 = 1
        var line = 1
        /// Whether the linker has left the code out: then it is said to be where the file's header is.
        var isLeftOut = true
    }

    /// Makes the rows, until the search has what it aims at, the program ends, or the time is over.
    mutating func run(_ search: inout LineSearch, until deadline: LookupDeadline) {
        var row = Row()
        var last: Row?
        var steps = 0
        while !search.hasArrived, let opcode = self.reader.byte() {
            steps &+= 1
            if steps & Self.stepsPerLook == 0, deadline.isOver { return }
            var isEnd = false
            if opcode >= self.opcodeBase {
                let adjusted = Int(opcode - self.opcodeBase)
                row.address &+= UInt64(adjusted / self.lineRange) &* self.instructionLength
                row.line &+= self.lineBase + adjusted % self.lineRange
            } else if opcode == 0 {
                guard let end = self.extended(&row) else { return }
                guard end else { continue }
                isEnd = true
            } else {
                guard let isRow = self.standard(opcode, &row) else { return }
                guard isRow else { continue }
            }
            if let last, !last.isLeftOut, last.address < row.address {
                search.add(last.address, row.address) { self.location(of: last) }
            }
            last = isEnd ? nil : row
            if isEnd { row = Row() }
        }
    }

    /// One below a power of two: how often the clock is read.
    private static let stepsPerLook = 1023

    /// Whether the sequence of rows ends; `nil` when the program is cut.
    private mutating func extended(_ row: inout Row) -> Bool? {
        guard let length = self.reader.unsigned(), length > 0, length <= UInt64(self.reader.count) else { return nil }
        let next = self.reader.dropping(Int(length))
        defer { self.reader = next }
        let code = self.reader.byte()
        if code == 2, self.addressSize == 8, let address: UInt64 = self.reader.integer() {
            row.address = address
            row.isLeftOut = address == 0
        }
        return code == 1
    }

    /// Whether a row is made; `nil` when the program is cut.
    private mutating func standard(_ opcode: UInt8, _ row: inout Row) -> Bool? {
        switch opcode {
        case 1: return true
        case 2:
            guard let advance = self.reader.unsigned() else { return nil }
            row.address &+= advance &* self.instructionLength
        case 3:
            guard let advance = self.reader.signed() else { return nil }
            row.line &+= Int(truncatingIfNeeded: advance)
        case 4:
            guard let file = self.reader.unsigned() else { return nil }
            row.file = file
        case 8:
            row.address &+= UInt64(Int(255 - self.opcodeBase) / self.lineRange) &* self.instructionLength
        case 9:
            guard let advance: UInt16 = self.reader.integer() else { return nil }
            row.address &+= UInt64(advance)
        default:
            guard Int(opcode) - 1 < self.argumentCounts.count else { return nil }
            for _ in 0..<self.argumentCounts[Int(opcode) - 1] {
                guard self.reader.unsigned() != nil else { return nil }
            }
        }
        return false
    }

    private mutating func location(of row: Row) -> SourceLines.Location? {
        // Line 0: code that the compiler has made up.
        guard row.line > 0 else { return nil }
        let files = self.files ?? self.readFiles()
        self.files = files
        let index = self.version >= 5 ? row.file : row.file &- 1
        guard index < UInt64(files.count) else { return nil }
        return SourceLines.Location(file: files[Int(index)], line: row.line)
    }

    /// The source files; none where the table is odd.
    private mutating func readFiles() -> [String] {
        (self.version >= 5 ? self.table.read(&self.tableReader) : self.table.readOld(&self.tableReader)) ?? []
    }
}
