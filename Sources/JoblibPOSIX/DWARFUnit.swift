// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The sections of a file that tell which of its code is described where.
///
/// What the file does not have is empty, and whatever these hold may be anything.
struct DWARFSections {
    /// `.debug_info`.
    var units: [UInt8] = []
    /// `.debug_abbrev`.
    var abbreviations: [UInt8] = []
    /// `.debug_ranges`, of DWARF 3 and 4.
    var ranges: [UInt8] = []
    /// `.debug_rnglists`, of DWARF 5.
    var rangeLists: [UInt8] = []
    /// `.debug_addr`.
    var addresses: [UInt8] = []
    /// `.debug_aranges`, which not every compiler writes.
    var unitRanges: [UInt8] = []
}

/// How wide the numbers of a unit are.
struct DWARFEncoding {
    var version: UInt16
    var is64Bit: Bool
    var addressSize: Int
}

/// What the first entry of a unit says of the unit's code.
///
/// See the DWARF standard, version 5, sections 3.1.1 and 7.5.
struct DWARFUnit {
    /// The value of an attribute, as far as it matters here.
    enum Value: Hashable {
        /// A constant, or an offset into a section.
        case number(UInt64)
        case address(UInt64)
        /// An index into `.debug_addr`.
        case addressIndex(UInt64)
        /// An index into the offsets in front of the lists of ranges.
        case listIndex(UInt64)
        case other
    }

    let encoding: DWARFEncoding
    private(set) var lineProgram: UInt64?
    private(set) var low: Value?
    private(set) var high: Value?
    private(set) var ranges: Value?
    private(set) var addressBase: UInt64?
    private(set) var rangeListsBase: UInt64?

    /// Whether the entry was read to its end, so that what was not in it is not there.
    private(set) var isComplete = false

    /// Reads the header of a unit, behind its length, and the first entry; `nil` if it has no code by its kind, or is odd.
    init?(_ reader: DWARFReader, is64Bit: Bool, abbreviations: [UInt8]) {
        var reader = reader
        guard let version: UInt16 = reader.integer(), (2...5).contains(version) else { return nil }
        var kind = Layout.compileUnit
        var size: UInt8?
        if version >= 5 {
            guard let byte = reader.byte() else { return nil }
            kind = byte
            size = reader.byte()
        }
        guard let offset = reader.offset(is64Bit) else { return nil }
        if version < 5 { size = reader.byte() }
        guard let size, size == 4 || size == 8, Layout.kindsWithCode.contains(kind),
            !Layout.kindsWithIdentifier.contains(kind) || reader.skip(8)
        else { return nil }
        self.encoding = DWARFEncoding(version: version, is64Bit: is64Bit, addressSize: Int(size))
        guard let code = reader.unsigned(), code != 0,
            let abbreviation = Self.abbreviation(code, in: abbreviations, at: offset)
        else { return nil }
        self.isComplete = self.readEntry(abbreviation, &reader)
    }

    /// Finds the attributes of an abbreviation, from their first on.
    private static func abbreviation(_ code: UInt64, in bytes: [UInt8], at offset: UInt64) -> DWARFReader? {
        guard var reader = DWARFReader(bytes, at: offset) else { return nil }
        for _ in 0..<Layout.mostAbbreviations {
            guard let found = reader.unsigned(), found != 0, reader.unsigned() != nil, reader.skip(1) else {
                return nil
            }
            if found == code { return reader }
            while let attribute = reader.unsigned(), let form = reader.unsigned() {
                if form == Layout.implicitConstant, reader.signed() == nil { return nil }
                if attribute == 0, form == 0 { break }
            }
        }
        return nil
    }

    /// Whether all of the entry could be read.
    private mutating func readEntry(_ abbreviation: DWARFReader, _ reader: inout DWARFReader) -> Bool {
        var abbreviation = abbreviation
        while let attribute = abbreviation.unsigned(), let form = abbreviation.unsigned() {
            if attribute == 0, form == 0 { return true }
            let value: Value?
            if form == Layout.implicitConstant {
                value = abbreviation.signed().map { .number(UInt64(bitPattern: $0)) }
            } else {
                value = reader.value(form, self.encoding)
            }
            guard let value else { return false }
            self.take(attribute, value)
        }
        return false
    }

    private mutating func take(_ attribute: UInt64, _ value: Value) {
        switch (attribute, value) {
        case (0x10, .number(let offset)): self.lineProgram = offset
        case (0x11, _): self.low = value
        case (0x12, _): self.high = value
        case (0x55, _): self.ranges = value
        case (0x73, .number(let offset)): self.addressBase = offset
        case (0x74, .number(let offset)): self.rangeListsBase = offset
        default: break
        }
    }

    /// Numbers from the standard.
    private enum Layout {
        static let compileUnit: UInt8 = 1
        /// Compile, partial, skeleton, and split; the others describe types.
        static let kindsWithCode: Set<UInt8> = [1, 3, 4, 5]
        static let kindsWithIdentifier: Set<UInt8> = [4, 5]
        static let implicitConstant: UInt64 = 0x21
        /// The first entry's abbreviation is the first, or nearly; a made-up table shall not be walked for every unit.
        static let mostAbbreviations = 1000
    }
}

extension DWARFReader {
    /// Takes the value of an attribute off; `nil` if it is cut, or its form is not known.
    mutating func value(_ form: UInt64, _ encoding: DWARFEncoding) -> DWARFUnit.Value? {
        switch form {
        case 0x01: self.word(encoding.addressSize).map { .address($0) }
        case 0x0b: self.word(1).map { .number($0) }
        case 0x05: self.word(2).map { .number($0) }
        case 0x06: self.word(4).map { .number($0) }
        case 0x07: self.word(8).map { .number($0) }
        case 0x0f: self.unsigned().map { .number($0) }
        case 0x0d: self.signed().map { .number(UInt64(bitPattern: $0)) }
        case 0x17: self.offset(encoding.is64Bit).map { .number($0) }
        case 0x1b: self.unsigned().map { .addressIndex($0) }
        case 0x29...0x2c: self.word(Int(form) - 0x28).map { .addressIndex($0) }
        case 0x23: self.unsigned().map { .listIndex($0) }
        case 0x16: self.unsigned().flatMap { $0 == 0x16 || $0 == 0x21 ? nil : self.value($0, encoding) }
        default: self.skip(form, encoding) ? .other : nil
        }
    }

    /// Goes past a value that does not matter.
    private mutating func skip(_ form: UInt64, _ encoding: DWARFEncoding) -> Bool {
        switch form {
        case 0x08: self.skipString()
        case 0x0e, 0x1d, 0x1f, 0x1f20, 0x1f21: self.offset(encoding.is64Bit) != nil
        case 0x10: self.skip(encoding.version <= 2 ? encoding.addressSize : encoding.is64Bit ? 8 : 4)
        case 0x19: true
        case 0x0c, 0x11, 0x25: self.skip(1)
        case 0x12, 0x26: self.skip(2)
        case 0x27: self.skip(3)
        case 0x13, 0x1c, 0x28: self.skip(4)
        case 0x14, 0x20, 0x24: self.skip(8)
        case 0x1e: self.skip(16)
        case 0x15, 0x1a, 0x22, 0x1f01, 0x1f02: self.unsigned() != nil
        case 0x09, 0x18: self.skip(self.unsigned())
        case 0x0a: self.skip(self.word(1))
        case 0x03: self.skip(self.word(2))
        case 0x04: self.skip(self.word(4))
        default: false
        }
    }
}
