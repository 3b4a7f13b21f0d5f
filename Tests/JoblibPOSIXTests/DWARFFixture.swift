// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

@testable import JoblibPOSIX

/// Sections of DWARF, written one unit after another.
struct DWARFFixture {
    typealias Attribute = (name: UInt64, form: UInt64, value: [UInt8])

    var sections = DWARFSections()
    var source = SourceLines(lines: [])

    /// Appends a line program whose code is all of one line, and returns where it is.
    mutating func addLines(
        _ file: String,
        _ line: Int,
        version: UInt16 = 4,
        code: Range<UInt64>
    ) -> UInt64 {
        var table: [UInt8] = []
        if version >= 5 {
            // One directory by offset; two files by offset and directory.
            table += [1, 0x01, 0x1f, 1] + bytes(self.lineString("/src"))
            let name = bytes(self.lineString(file))
            table += [2, 0x01, 0x1f, 0x02, 0x0b, 2] + name + [0] + name + [0]
        } else {
            table += Array("/src".utf8) + [0, 0] + Array(file.utf8) + [0, 1, 0, 0, 0]
        }
        let settings: [UInt8] = version >= 4 ? [1, 1, 1, 0xfb, 14, 13] : [1, 1, 0xfb, 14, 13]
        let rest = settings + [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1] + table
        let program: [UInt8] =
            [0, 9, 2] + bytes(code.lowerBound) + [3] + unsigned(UInt64(line - 1)) + [1]
            + [2] + unsigned(UInt64(code.count)) + [0, 1, 1]
        let front = bytes(version) + (version >= 5 ? [8, 0] : []) + bytes(UInt32(rest.count))
        let offset = UInt64(self.source.lines.count)
        self.source.lines += self.unit(front + rest + program)
        return offset
    }

    /// Appends a unit, with the attributes of its first entry, and returns where it is.
    mutating func addUnit(
        version: UInt16 = 4,
        addressSize: UInt8 = 8,
        abbreviations: UInt32? = nil,
        _ attributes: Attribute...
    ) -> UInt64 {
        let offset = UInt32(self.sections.abbreviations.count)
        // One that is not the unit's comes first.
        self.sections.abbreviations += [9, 0x24, 0, 0x03, 0x21, 5, 0, 0, 1, 0x11, 1]
        for attribute in attributes {
            self.sections.abbreviations += unsigned(attribute.name) + unsigned(attribute.form)
            // The value of an implicit constant is here.
            if attribute.form == 0x21 { self.sections.abbreviations += attribute.value }
        }
        self.sections.abbreviations += [0, 0, 0]
        let place = bytes(abbreviations ?? offset)
        let front = version >= 5 ? [1, addressSize] + place : place + [addressSize]
        let values = attributes.filter { $0.form != 0x21 }.flatMap(\.value)
        let start = UInt64(self.sections.units.count)
        self.sections.units += self.unit(bytes(version) + front + [1] + values)
        return start
    }

    /// Returns what is found for addresses, in time.
    func locations(_ addresses: [UInt64], until deadline: LookupDeadline = LookupDeadline(.seconds(60))) -> [String?] {
        var index = UnitIndex()
        index.read(self.sections, until: deadline)
        return self.source.locations(for: addresses, index, until: deadline).map { $0?.description }
    }

    /// The sections that are not empty.
    var parts: [WritableKeyPath<DWARFFixture, [UInt8]>] {
        let all: [WritableKeyPath<DWARFFixture, [UInt8]>] = [
            \.sections.units, \.sections.abbreviations, \.sections.ranges, \.sections.rangeLists, \.sections.addresses,
            \.sections.unitRanges, \.source.lines, \.source.lineStrings,
        ]
        return all.filter { !self[keyPath: $0].isEmpty }
    }

    /// A file with all sections.
    var file: [UInt8] {
        let sections: [(name: String, content: [UInt8])] = [
            (".debug_info", self.sections.units), (".debug_abbrev", self.sections.abbreviations),
            (".debug_ranges", self.sections.ranges), (".debug_rnglists", self.sections.rangeLists),
            (".debug_addr", self.sections.addresses), (".debug_aranges", self.sections.unitRanges),
            (".debug_line", self.source.lines), (".debug_line_str", self.source.lineStrings),
        ]
        var names: [UInt8] = [0]
        var content: [UInt8] = []
        var headers = [UInt8](repeating: 0, count: 64)
        func add(_ bytes: [UInt8], nameOffset: Int) {
            headers += DWARFFixtureBytes.bytes(UInt32(nameOffset)) + [UInt8](repeating: 0, count: 20)
            headers += DWARFFixtureBytes.bytes(UInt64(64 + content.count))
            headers += DWARFFixtureBytes.bytes(UInt64(bytes.count)) + [UInt8](repeating: 0, count: 24)
            content += bytes
        }
        for section in sections {
            let offset = names.count
            names += Array(section.name.utf8) + [0]
            add(section.content, nameOffset: offset)
        }
        add(names, nameOffset: 0)
        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 33)
        file += bytes(UInt64(64 + content.count)) + [UInt8](repeating: 0, count: 10)
        file += bytes(64 as UInt16) + bytes(UInt16(sections.count + 2)) + bytes(UInt16(sections.count + 1))
        return file + content + headers
    }

    private mutating func lineString(_ text: String) -> UInt32 {
        defer { self.source.lineStrings += Array(text.utf8) + [0] }
        return UInt32(self.source.lineStrings.count)
    }

    private func unit(_ content: [UInt8]) -> [UInt8] { bytes(UInt32(content.count)) + content }

    private func bytes(_ value: some FixedWidthInteger) -> [UInt8] { DWARFFixtureBytes.bytes(value) }

    private func unsigned(_ value: UInt64) -> [UInt8] { DWARFFixtureBytes.unsigned(value) }
}

/// How DWARF writes numbers.
enum DWARFFixtureBytes {
    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<(value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// A ULEB128, and an SLEB128 as well: there is always room for the sign.
    static func unsigned(_ value: UInt64) -> [UInt8] {
        var value = value
        var bytes: [UInt8] = []
        while value >= 0x40 {
            bytes.append(UInt8(value & 0x7f) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }
}
