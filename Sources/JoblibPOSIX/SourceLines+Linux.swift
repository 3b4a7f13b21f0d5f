// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which line of which source file an ELF file's code was made from: the section `.debug_line` of DWARF 2 to 5.
///
/// See the DWARF standard, version 5, section 6.2. Whatever is odd ends the reading of its unit, and what was found before stands.
struct SourceLines {
    /// A place in a source file.
    struct Location: Hashable, CustomStringConvertible {
        var file: String
        var line: Int

        var description: String { "\(self.file):\(self.line)" }
    }

    private let lines: [UInt8]
    private let strings: [UInt8]
    private let lineStrings: [UInt8]

    /// Reads the sections; `nil` where there are none, as in a stripped file.
    init?(path: String) {
        guard let file = ELFFile(path: path), let lines = file.section(named: ".debug_line") else { return nil }
        self.lines = lines
        self.strings = file.section(named: ".debug_str") ?? []
        self.lineStrings = file.section(named: ".debug_line_str") ?? []
    }

    /// Returns for each address of the file the place that it was made from.
    func locations(for addresses: [UInt64]) -> [Location?] {
        var search = LineSearch(addresses)
        var reader = DWARFReader(self.lines[...])
        while !reader.isAtEnd, search.isIncomplete, let unit = reader.unit() {
            var program = LineProgram(unit.reader, is64Bit: unit.is64Bit, self.strings, self.lineStrings)
            program?.run(&search)
        }
        return search.found
    }
}

/// The addresses that are looked for, and what was found.
private struct LineSearch {
    private let addresses: [UInt64]
    private(set) var found: [SourceLines.Location?]

    init(_ addresses: [UInt64]) {
        self.addresses = addresses
        self.found = [SourceLines.Location?](repeating: nil, count: addresses.count)
    }

    var isIncomplete: Bool { self.found.contains(nil) }

    /// Takes a row of the table, which reaches from one address to the next row's.
    mutating func add(_ range: Range<UInt64>, _ location: () -> SourceLines.Location?) {
        for index in self.addresses.indices where self.found[index] == nil && range.contains(self.addresses[index]) {
            self.found[index] = location()
        }
    }
}

/// The program that makes the rows of one unit's table.
private struct LineProgram {
    private var reader: DWARFReader
    private var files: [String] = []
    private let version: UInt16
    private var addressSize = 8
    private let instructionLength: UInt64
    private let lineBase: Int
    private let lineRange: Int
    private let opcodeBase: UInt8
    private var argumentCounts: [UInt8] = []

    init?(_ reader: DWARFReader, is64Bit: Bool, _ strings: [UInt8], _ lineStrings: [UInt8]) {
        var reader = reader
        guard let version: UInt16 = reader.integer(), (2...5).contains(version) else { return nil }
        self.version = version
        if version >= 5 {
            guard let size: UInt8 = reader.integer(), reader.skip(1) else { return nil }
            self.addressSize = Int(size)
        }
        guard let headerLength = reader.offset(is64Bit), headerLength <= reader.count else { return nil }
        let program = reader.dropping(headerLength)
        guard let instructionLength: UInt8 = reader.integer(), version < 4 || reader.skip(1), reader.skip(1),
            let lineBase: Int8 = reader.integer(), let lineRange: UInt8 = reader.integer(), lineRange > 0,
            let opcodeBase: UInt8 = reader.integer(), opcodeBase > 0
        else { return nil }
        self.instructionLength = UInt64(instructionLength)
        self.lineBase = Int(lineBase)
        self.lineRange = Int(lineRange)
        self.opcodeBase = opcodeBase
        for _ in 1..<max(1, opcodeBase) {
            guard let count: UInt8 = reader.integer() else { return nil }
            self.argumentCounts.append(count)
        }
        self.reader = program
        let table = FileTable(strings: strings, lineStrings: lineStrings, is64Bit: is64Bit)
        guard let files = version >= 5 ? table.read(&reader) : table.readOld(&reader) else { return nil }
        self.files = files
    }

    private struct Row {
        var address: UInt64 = 0
        var file: UInt64 = 1
        var line = 1
    }

    mutating func run(_ search: inout LineSearch) {
        var row = Row()
        var last: Row?
        while let opcode: UInt8 = self.reader.integer() {
            var isRow = false
            var isEnd = false
            if opcode >= self.opcodeBase {
                let adjusted = Int(opcode - self.opcodeBase)
                row.address &+= UInt64(adjusted / self.lineRange) &* self.instructionLength
                row.line &+= self.lineBase + adjusted % self.lineRange
                isRow = true
            } else if opcode == 0 {
                guard let end = self.extended(&row) else { return }
                isEnd = end
            } else {
                guard let made = self.standard(opcode, &row) else { return }
                isRow = made
            }
            guard isRow || isEnd else { continue }
            if let last, last.address < row.address {
                search.add(last.address..<row.address) { self.location(of: last) }
            }
            last = isEnd ? nil : row
            if isEnd { row = Row() }
        }
    }

    /// Whether the sequence of rows ends; `nil` when the program is cut.
    private mutating func extended(_ row: inout Row) -> Bool? {
        guard let length = self.reader.unsigned(), length > 0, length <= UInt64(self.reader.count) else { return nil }
        let next = self.reader.dropping(Int(length))
        defer { self.reader = next }
        let code: UInt8? = self.reader.integer()
        if code == 2, self.addressSize == 8, let address: UInt64 = self.reader.integer() { row.address = address }
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

    private func location(of row: Row) -> SourceLines.Location? {
        // Line 0: code that the compiler has made up.
        let index = self.version >= 5 ? row.file : row.file &- 1
        guard row.line > 0, index < UInt64(self.files.count) else { return nil }
        return SourceLines.Location(file: self.files[Int(index)], line: row.line)
    }
}

/// The table of source files of one unit.
private struct FileTable {
    let strings: [UInt8]
    let lineStrings: [UInt8]
    let is64Bit: Bool

    func readOld(_ reader: inout DWARFReader) -> [String]? {
        // 0 is the directory of the compilation, which is not in the table.
        var directories = [""]
        while let directory = reader.string(), !directory.isEmpty { directories.append(directory) }
        var files: [String] = []
        while let file = reader.string(), !file.isEmpty {
            guard let directory = reader.unsigned(), reader.unsigned() != nil, reader.unsigned() != nil else {
                return nil
            }
            files.append(Self.join(directories, directory, file))
        }
        return files
    }

    func read(_ reader: inout DWARFReader) -> [String]? {
        guard let directories = self.entries(&reader)?.map(\.path), let files = self.entries(&reader) else {
            return nil
        }
        return files.map { Self.join(directories, $0.directory, $0.path) }
    }

    private static func join(_ directories: [String], _ index: UInt64, _ file: String) -> String {
        guard !file.hasPrefix("/"), index < UInt64(directories.count), !directories[Int(index)].isEmpty else {
            return file
        }
        return directories[Int(index)] + "/" + file
    }

    private func entries(_ reader: inout DWARFReader) -> [(path: String, directory: UInt64)]? {
        guard let formatCount: UInt8 = reader.integer() else { return nil }
        var formats: [(content: UInt64, form: UInt64)] = []
        for _ in 0..<formatCount {
            guard let content = reader.unsigned(), let form = reader.unsigned() else { return nil }
            formats.append((content, form))
        }
        guard let count = reader.unsigned(), count <= UInt64(reader.count) else { return nil }
        var entries: [(path: String, directory: UInt64)] = []
        for _ in 0..<count {
            var entry = (path: "", directory: UInt64(0))
            for (content, form) in formats {
                guard let value = self.value(form, &reader) else { return nil }
                if content == 1 { entry.path = value.text }
                if content == 2 { entry.directory = value.number }
            }
            entries.append(entry)
        }
        return entries
    }

    /// Reads a value, text or number; `nil` for a form that is not known.
    private func value(_ form: UInt64, _ reader: inout DWARFReader) -> (text: String, number: UInt64)? {
        switch form {
        case 0x08: return reader.string().map { ($0, 0) }
        case 0x0e: return self.string(in: self.strings, &reader)
        case 0x1f: return self.string(in: self.lineStrings, &reader)
        case 0x0b: return reader.integer(UInt8.self).map { ("", UInt64($0)) }
        case 0x05: return reader.integer(UInt16.self).map { ("", UInt64($0)) }
        case 0x06: return reader.integer(UInt32.self).map { ("", UInt64($0)) }
        case 0x0f: return reader.unsigned().map { ("", $0) }
        case 0x07: return reader.skip(8) ? ("", 0) : nil
        case 0x1e: return reader.skip(16) ? ("", 0) : nil
        default: return nil
        }
    }

    private func string(in bytes: [UInt8], _ reader: inout DWARFReader) -> (text: String, number: UInt64)? {
        reader.offset(self.is64Bit).flatMap { DWARFReader.string(in: bytes, at: $0) }.map { ($0, 0) }
    }
}

/// Takes the encodings of DWARF out of bytes.
private struct DWARFReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { self.bytes.isEmpty }

    var count: Int { self.bytes.count }

    func dropping(_ count: Int) -> DWARFReader { DWARFReader(self.bytes.dropFirst(count)) }

    mutating func skip(_ count: Int) -> Bool {
        guard self.bytes.count >= count else { return false }
        self.bytes.removeFirst(count)
        return true
    }

    mutating func integer<I: FixedWidthInteger>() -> I? {
        let size = MemoryLayout<I>.size
        guard self.bytes.count >= size else { return nil }
        var value: UInt64 = 0
        for byte in self.bytes.prefix(size).reversed() { value = value << 8 | UInt64(byte) }
        self.bytes.removeFirst(size)
        return I(truncatingIfNeeded: value)
    }

    mutating func offset(_ is64Bit: Bool) -> Int? {
        if !is64Bit { return self.integer(UInt32.self) }
        return self.integer(UInt64.self)
    }

    mutating func integer<I: FixedWidthInteger>(_ type: I.Type) -> Int? {
        let value: I? = self.integer()
        return value.flatMap { Int(exactly: $0) }
    }

    /// Takes a unit off, length and all.
    mutating func unit() -> (reader: DWARFReader, is64Bit: Bool)? {
        guard let short: UInt32 = self.integer() else { return nil }
        let is64Bit = short == .max
        guard let length = is64Bit ? self.integer(UInt64.self) : Int(short), length <= self.bytes.count else {
            return nil
        }
        defer { self.bytes.removeFirst(length) }
        return (DWARFReader(self.bytes.prefix(length)), is64Bit)
    }

    /// Takes a ULEB128 off.
    mutating func unsigned() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte: UInt8 = self.integer() {
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            shift += 7
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Takes an SLEB128 off.
    mutating func signed() -> Int64? {
        var value: Int64 = 0
        var shift: Int64 = 0
        while let byte: UInt8 = self.integer() {
            if shift < 64 { value |= Int64(byte & 0x7f) << shift }
            shift += 7
            guard byte < 0x80 else { continue }
            if shift < 64, byte & 0x40 != 0 { value |= -1 << shift }
            return value
        }
        return nil
    }

    mutating func string() -> String? {
        guard let end = self.bytes.firstIndex(of: 0) else { return nil }
        defer { self.bytes = self.bytes[(end + 1)...] }
        return String(decoding: self.bytes[..<end], as: UTF8.self)
    }

    static func string(in bytes: [UInt8], at offset: Int) -> String? {
        guard offset < bytes.count, let end = bytes[offset...].firstIndex(of: 0) else { return nil }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }
}
