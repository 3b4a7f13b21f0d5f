// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Testing

@testable import JoblibPOSIX

@Suite("Lines of source files", .timeLimit(.minutes(1)))
struct SourceLinesTests {
    @Test("A unit's code is found by each of the ways to say where it is", arguments: Way.allCases)
    func ways(_ way: Way) {
        let fixture = way.fixture()
        #expect(fixture.locations([0x1000, 0x100f, 0x1010, 0xfff]) == ["/src/a.c:10", "/src/a.c:10", nil, nil])
        #expect(fixture.locations([0x2004, 0x1004]) == ["/src/b.c:20", "/src/a.c:10"])
    }

    @Test("Of all line programs, those of the units with the address are run", arguments: Way.allCases)
    func others(_ way: Way) {
        var fixture = way.fixture(before: { fixture in
            // It says that it describes the same code, but its unit has other code.
            let lines = fixture.addLines("decoy.c", 1, code: 0x1000..<0x1010)
            _ = fixture.addUnit(lineProgram(lines), lowAddress(0x9000), codeLength(0x10))
        })
        #expect(fixture.locations([0x1000]) == ["/src/a.c:10"])
        // Nor is it run for what nobody has.
        fixture.source.lines = Array(fixture.source.lines.prefix(60))
        #expect(fixture.locations([0x3000]) == [nil])
    }

    @Test("A unit that cannot be read, or does not say where its code is, has its program run", arguments: Gap.allCases)
    func gaps(_ gap: Gap) {
        var fixture = Way.length.fixture()
        let lines = fixture.addLines("gap.c", 30, code: 0x3000..<0x3010)
        switch gap {
        case .noUnit: break
        case .noRanges: _ = fixture.addUnit(lineProgram(lines))
        case .lowAlone: _ = fixture.addUnit(lineProgram(lines), lowAddress(0))
        case .unknownForm: _ = fixture.addUnit(lineProgram(lines), (0x3b, 0x7f, [0]), lowAddress(0x9000), codeLength(1))
        case .unknownVersion: _ = fixture.addUnit(version: 6, lineProgram(lines), lowAddress(0x9000), codeLength(1))
        case .oddAddressSize: _ = fixture.addUnit(addressSize: 3, lineProgram(lines), lowAddress(0x9000), codeLength(1))
        case .noAbbreviations:
            _ = fixture.addUnit(abbreviations: .max, lineProgram(lines), lowAddress(0x9000), codeLength(1))
        case .noList: _ = fixture.addUnit(lineProgram(lines), (0x55, 0x17, DWARFFixtureBytes.bytes(UInt32.max)))
        case .noListTable:
            _ = fixture.addUnit(version: 5, lineProgram(lines), (0x55, 0x23, [5]))
        case .noAddress:
            _ = fixture.addUnit(version: 5, lineProgram(lines), (0x11, 0x1b, [0x7f]), codeLength(1))
        case .cutEntry:
            _ = fixture.addUnit(lineProgram(lines), lowAddress(0x9000), (0x12, 0x07, [1]))
        case .cutUnit:
            _ = fixture.addUnit(lineProgram(lines), lowAddress(0x9000), codeLength(1))
            fixture.sections.units.removeLast()
        }
        #expect(fixture.locations([0x3000, 0x1000, 0x3010]) == ["/src/gap.c:30", "/src/a.c:10", nil])
    }

    @Test("A unit whose line program is elsewhere than it says has no lines, and the others keep theirs")
    func wrongProgram() {
        var fixture = Way.length.fixture()
        _ = fixture.addUnit(lineProgram(0xffff_fff0), lowAddress(0x3000), codeLength(0x10))
        _ = fixture.addUnit(lineProgram(7), lowAddress(0x4000), codeLength(0x10))
        #expect(fixture.locations([0x3000, 0x4000, 0x2000]) == [nil, nil, "/src/b.c:20"])
    }

    @Test("Code that the compiler has made up has no line, and nothing else is run for it")
    func madeUp() {
        var fixture = DWARFFixture()
        let lines = fixture.addLines("none.c", 1, code: 0x1000..<0x1010)
        // The argument of the instruction that advances the line: now by -1.
        let advance = fixture.source.lines.lastIndex(of: 3)
        fixture.source.lines[advance! + 1] = 0x7f
        _ = fixture.addUnit(lineProgram(lines), lowAddress(0x1000), codeLength(0x10))
        _ = fixture.addLines("other.c", 5, code: 0x1000..<0x1010)
        #expect(fixture.locations([0x1000]) == [nil])
    }

    @Test("Code that the linker has left out is not taken for what is at the beginning of the file")
    func leftOut() {
        var fixture = Way.length.fixture(before: { fixture in
            let lines = fixture.addLines("gone.c", 1, code: 0..<0x5000)
            _ = fixture.addUnit(lineProgram(lines), lowAddress(0), codeLength(0x5000))
        })
        _ = fixture.addLines("gone.c", 2, code: 0..<0x5000)
        #expect(fixture.locations([0x1000, 0x3000]) == ["/src/a.c:10", nil])
    }

    @Test("When the time is over, what is not found stays without a place, and the next look goes on")
    func deadline() {
        let fixture = Way.length.fixture()
        let over = LookupDeadline(.zero)
        #expect(fixture.locations([0x1000], until: over) == [nil])

        var index = UnitIndex()
        index.read(fixture.sections, until: over)
        #expect(!index.isRead)
        index.read(fixture.sections, until: LookupDeadline(.seconds(60)))
        #expect(index.isRead)
        let inTime = fixture.source.locations(for: [0x1000], index, until: LookupDeadline(.seconds(60)))
        #expect(inTime == [SourceLines.Location(file: "/src/a.c", line: 10)])
        #expect(fixture.source.locations(for: [0x1000], index, until: over) == [nil])
    }
}

// MARK: - Hostile bytes

extension SourceLinesTests {
    @Test("Sections that end early are survived", arguments: Way.allCases)
    func truncated(_ way: Way) {
        let whole = way.fixture()
        for section in whole.parts {
            for count in whole[keyPath: section].indices {
                var fixture = whole
                fixture[keyPath: section] = Array(whole[keyPath: section].prefix(count))
                _ = fixture.locations([0, 0x1000, 0x2000, .max])
            }
        }
    }

    @Test("Sections with any one byte damaged are survived", arguments: Way.allCases)
    func damaged(_ way: Way) {
        let whole = way.fixture()
        for section in whole.parts {
            for (index, mask) in whole[keyPath: section].indices.flatMap({ [($0, 0x01), ($0, 0x80), ($0, 0xff)] }) {
                var fixture = whole
                fixture[keyPath: section][index] ^= UInt8(mask)
                _ = fixture.locations([0, 0x1000, 0x2000, .max])
            }
        }
    }

    @Test("A file that ends early is survived, and a whole one read")
    func truncatedFile() throws {
        let file = Way.rangeListIndex.fixture().file
        for count in file.indices {
            #expect(try self.locations(Array(file.prefix(count)), [0x1000]) == [nil])
        }
        #expect(try self.locations(file, [0x1000]) == ["/src/a.c:10"])
        // What is known of its units by now is used.
        #expect(try self.locations(file, [0x2000]) == ["/src/b.c:20"])
    }

    private func locations(_ file: [UInt8], _ addresses: [UInt64]) throws -> [String?] {
        var path = Array("/tmp/joblib-dwarf-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        defer {
            close(descriptor)
            unlink(path)
        }
        try #require(write(descriptor, file, file.count) == file.count)
        let name = "/proc/self/fd/\(descriptor)"
        return SourceLines.locations(inFileAt: name, for: addresses, until: LookupDeadline(.seconds(60)))
            .map { $0?.description }
    }
}

// MARK: - This program

extension SourceLinesTests {
    @Test("A function in Swift has the line of its throw")
    func swiftFunction() throws {
        let trace = try #require(
            ThrowTrace.recording { recorder in
                do { try throwHere() } catch { return recorder.trace(of: error) }
                return nil
            }
        )
        var frames = Frame.frames(trace.addresses)
        frames.removeFirst(Frame.runtimeFrames(in: frames))
        Frame.addLocations(to: &frames, until: LookupDeadline(.seconds(60)))
        let location = try #require(frames.first?.location)
        #expect(location.file.hasSuffix("/SourceLinesTests.swift"))
        #expect(location.line == throwingLine)
    }

    @Test("A function in C has a line of its file")
    func cFunction() throws {
        let address = try #require(self.address(of: "joblib_monotonic_nanoseconds"))
        let locations = SourceLines.locations(
            inFileAt: "/proc/self/exe",
            for: [address, address + 1, 1],
            until: LookupDeadline(.seconds(60))
        )
        #expect(locations[0]?.file.hasSuffix("/threads_linux.c") == true)
        #expect(locations[1] == locations[0])
        #expect(locations[2] == nil)
    }

    /// Where a function of the program is in its file, by the table of symbols.
    private func address(of function: String) -> UInt64? {
        guard let file = ELFFile(path: "/proc/self/exe"), let table = file.firstSection(ofKind: 2),
            let link = file.link(of: table), let symbols = file.section(table), let names = file.section(link)
        else { return nil }
        let wanted = Array(function.utf8) + [0]
        for start in stride(from: 0, to: symbols.count, by: 24) {
            guard let name: UInt32 = symbols.integer(at: start), names[Int(name)] == wanted[0],
                names[Int(name)...].starts(with: wanted)
            else { continue }
            return symbols.integer(at: start + 0x08)
        }
        return nil
    }
}

private struct HereError: Error {}

private let throwingLine = #line + 4

@inline(never)
private func throwHere() throws {
    throw HereError()
}

// MARK: - Units

/// A way in which a unit says where its code is.
enum Way: CaseIterable {
    case length, end, ranges, rangesWithBase, rangeList, rangeListIndex, listed

    /// `a.c` with 0x1000..<0x1010 in line 10, `b.c` with 0x2000..<0x2010 in line 20, and what is put in front.
    func fixture(before: (inout DWARFFixture) -> Void = { _ in }) -> DWARFFixture {
        var fixture = DWARFFixture()
        before(&fixture)
        let version: UInt16 = self == .rangeList || self == .rangeListIndex ? 5 : 4
        self.add(&fixture, fixture.addLines("a.c", 10, version: version, code: 0x1000..<0x1010), 0x1000)
        self.add(&fixture, fixture.addLines("b.c", 20, version: version, code: 0x2000..<0x2010), 0x2000)
        return fixture
    }

    private func add(_ fixture: inout DWARFFixture, _ lines: UInt64, _ start: UInt64) {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] { DWARFFixtureBytes.bytes(value) }
        let end = start + 0x10
        // Attributes of every kind that do not matter come in between.
        let name: DWARFFixture.Attribute = (0x03, 0x08, Array("name".utf8) + [0])
        let language: DWARFFixture.Attribute = (0x13, 0x21, [0x1d])
        switch self {
        case .length:
            _ = fixture.addUnit(name, lineProgram(lines), language, lowAddress(start), codeLength(0x10))
        case .end:
            _ = fixture.addUnit(
                (0x3e, 0x19, []),
                lowAddress(start),
                (0x12, 0x01, bytes(end)),
                (0x7f, 0x0a, [2, 1, 1]),
                lineProgram(lines)
            )
        case .ranges:
            let offset = UInt32(fixture.sections.ranges.count)
            fixture.sections.ranges += bytes(start) + bytes(end) + bytes(0 as UInt64) + bytes(0 as UInt64)
            _ = fixture.addUnit(
                version: 3,
                (0x25, 0x0e, bytes(0 as UInt32)),
                lineProgram(lines),
                lowAddress(0),
                (0x55, 0x06, bytes(offset))
            )
        case .rangesWithBase:
            let offset = UInt32(fixture.sections.ranges.count)
            fixture.sections.ranges += bytes(0 as UInt64) + bytes(8 as UInt64)
            fixture.sections.ranges += bytes(UInt64.max) + bytes(start + 8) + bytes(0 as UInt64) + bytes(8 as UInt64)
            fixture.sections.ranges += bytes(0 as UInt64) + bytes(0 as UInt64)
            _ = fixture.addUnit(lineProgram(lines), lowAddress(start), (0x55, 0x17, bytes(offset)))
        case .rangeList:
            let offset = UInt32(fixture.sections.rangeLists.count)
            fixture.sections.rangeLists += [6] + bytes(start) + bytes(start + 4) + [4, 4, 6]
            fixture.sections.rangeLists += [5] + bytes(start + 6) + [4, 0, 2, 7] + bytes(start + 8) + [8, 0]
            _ = fixture.addUnit(version: 5, name, lowAddress(start), (0x55, 0x17, bytes(offset)), lineProgram(lines))
        case .rangeListIndex:
            // Indices come before the bases that they need, as clang has it.
            let base = UInt32(fixture.sections.addresses.count)
            fixture.sections.addresses += bytes(start) + bytes(start + 4) + bytes(start + 8)
            let lists = UInt32(fixture.sections.rangeLists.count)
            fixture.sections.rangeLists += bytes(8 as UInt32) + bytes(8 as UInt32)
            fixture.sections.rangeLists += [2, 0, 1, 3, 1, 4, 1, 2, 4, 0, 8, 0]
            _ = fixture.addUnit(
                version: 5,
                (0x25, 0x25, [0]),
                (0x11, 0x29, [0]),
                (0x55, 0x23, [1]),
                (0x73, 0x17, bytes(base)),
                (0x74, 0x17, bytes(lists)),
                lineProgram(lines)
            )
        case .listed:
            let unit = fixture.addUnit(lineProgram(lines))
            let content = bytes(2 as UInt16) + bytes(UInt32(unit)) + [8, 0, 0, 0, 0, 0]
            let pairs = bytes(start) + bytes(0x10 as UInt64) + bytes(0 as UInt64) + bytes(0 as UInt64)
            fixture.sections.unitRanges += bytes(UInt32(content.count + pairs.count)) + content + pairs
        }
    }
}

private func lineProgram(_ offset: UInt64) -> DWARFFixture.Attribute {
    (0x10, 0x17, DWARFFixtureBytes.bytes(UInt32(offset)))
}

private func lowAddress(_ address: UInt64) -> DWARFFixture.Attribute { (0x11, 0x01, DWARFFixtureBytes.bytes(address)) }

private func codeLength(_ length: UInt32) -> DWARFFixture.Attribute { (0x12, 0x06, DWARFFixtureBytes.bytes(length)) }

/// What keeps a unit from saying where its code is.
enum Gap: CaseIterable {
    case noUnit, noRanges, lowAlone, unknownForm, unknownVersion, oddAddressSize, noAbbreviations, noList, noListTable
    case noAddress, cutEntry, cutUnit
}
