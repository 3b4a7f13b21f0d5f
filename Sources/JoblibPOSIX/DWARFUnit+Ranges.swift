// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension DWARFUnit {
    /// Code, from an address to below another.
    typealias CodeRange = (start: UInt64, end: UInt64)

    /// Returns where the unit's code is; `nil` if the unit does not say, that cannot be read, or there are too many ranges.
    func codeRanges(_ sections: DWARFSections, most: Int) -> [CodeRange]? {
        guard self.isComplete else { return nil }
        let low = self.low.flatMap { self.address($0, sections) }
        switch (self.ranges, self.high) {
        case (.number(let offset), _) where self.encoding.version < 5:
            return self.oldRanges(sections, at: offset, base: low ?? 0, most)
        case (.number(let offset), _):
            return self.rangeList(sections, at: offset, base: low ?? 0, most)
        case (.listIndex(let index), _):
            return self.rangeListOffset(sections, index)
                .flatMap { self.rangeList(sections, at: $0, base: low ?? 0, most) }
        case (nil, .number(let length)):
            return low.map { [($0, $0 &+ length)] }
        case (nil, let high?):
            guard let low, let high = self.address(high, sections) else { return nil }
            return [(low, high)]
        default:
            return nil
        }
    }

    private func address(_ value: Value, _ sections: DWARFSections) -> UInt64? {
        switch value {
        case .address(let address): return address
        case .addressIndex(let index): return self.address(at: index, sections)
        default: return nil
        }
    }

    private func address(at index: UInt64?, _ sections: DWARFSections) -> UInt64? {
        guard let index, index <= UInt64(sections.addresses.count), let base = self.addressBase else { return nil }
        var reader = DWARFReader(sections.addresses, at: base &+ index * UInt64(self.encoding.addressSize))
        return reader?.word(self.encoding.addressSize)
    }

    private func oldRanges(_ sections: DWARFSections, at offset: UInt64, base: UInt64, _ most: Int) -> [CodeRange]? {
        guard var reader = DWARFReader(sections.ranges, at: offset) else { return nil }
        let size = self.encoding.addressSize
        let baseMark = size == 8 ? UInt64.max : UInt64(UInt32.max)
        var base = base
        var ranges: [CodeRange] = []
        while let start = reader.word(size), let end = reader.word(size), ranges.count < most {
            if start == baseMark {
                base = end
            } else if start == 0, end == 0 {
                return ranges
            } else {
                ranges.append((base &+ start, base &+ end))
            }
        }
        return nil
    }

    /// Where the list of an index begins, by the table of offsets that `rangeListsBase` leads to.
    private func rangeListOffset(_ sections: DWARFSections, _ index: UInt64) -> UInt64? {
        guard index <= UInt64(sections.rangeLists.count), let base = self.rangeListsBase else { return nil }
        var reader = DWARFReader(sections.rangeLists, at: base &+ index * (self.encoding.is64Bit ? 8 : 4))
        return reader?.offset(self.encoding.is64Bit).map { $0 &+ base }
    }

    private func rangeList(_ sections: DWARFSections, at offset: UInt64, base: UInt64, _ most: Int) -> [CodeRange]? {
        guard var reader = DWARFReader(sections.rangeLists, at: offset) else { return nil }
        let size = self.encoding.addressSize
        var base = base
        var ranges: [CodeRange] = []
        while let kind = reader.byte(), ranges.count < most {
            var start: UInt64?
            var end: UInt64?
            switch kind {
            case 0:
                return ranges
            case 1, 5:
                let address = kind == 1 ? self.address(at: reader.unsigned(), sections) : reader.word(size)
                guard let address else { return nil }
                base = address
                continue
            case 2:
                start = self.address(at: reader.unsigned(), sections)
                end = self.address(at: reader.unsigned(), sections)
            case 3:
                start = self.address(at: reader.unsigned(), sections)
                end = reader.unsigned().flatMap { length in start.map { $0 &+ length } }
            case 4:
                start = reader.unsigned().map { base &+ $0 }
                end = reader.unsigned().map { base &+ $0 }
            case 6:
                start = reader.word(size)
                end = reader.word(size)
            case 7:
                start = reader.word(size)
                end = reader.unsigned().flatMap { length in start.map { $0 &+ length } }
            default:
                return nil
            }
            guard let start, let end else { return nil }
            ranges.append((start, end))
        }
        return nil
    }
}
