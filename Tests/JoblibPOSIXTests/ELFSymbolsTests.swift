// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Testing

@testable import JoblibPOSIX

@Suite("Names from an ELF file")
struct ELFSymbolsTests {
    @Test("An address inside a function is matched with it, one outside with nothing")
    func matches() throws {
        let symbols = try #require(try symbols(of: smallFile()))
        let matches = symbols.matches(for: [0x0FFF, 0x1000, 0x101F, 0x1020, .max])
        #expect(matches[0] == nil)
        #expect(matches[1] == ELFSymbols.Match(name: "hello", distance: 0))
        #expect(matches[2] == ELFSymbols.Match(name: "hello", distance: 31))
        #expect(matches[3] == nil)
        #expect(matches[4] == nil)
    }

    @Test(
        "A file that is missing, empty or something else has no names",
        arguments: ["/no/such", "/dev/null", "/etc/passwd", "/", "/proc/self/maps"]
    )
    func otherFile(_ path: String) {
        #expect(ELFSymbols(path: path) == nil)
    }

    @Test("A file with any one byte damaged is survived", arguments: [0x01, 0x7F, 0x80, 0xFF] as [UInt8])
    func damaged(_ mask: UInt8) throws {
        let file = smallFile()
        for index in file.indices {
            var damaged = file
            damaged[index] ^= mask
            _ = try symbols(of: damaged)?.matches(for: [0, 0x1000, .max])
        }
    }

    @Test("A file that ends early is survived")
    func truncated() throws {
        let file = smallFile()
        for count in file.indices {
            #expect(try symbols(of: Array(file.prefix(count))) == nil)
        }
    }

    @Test("A stripped file has no names")
    func stripped() throws {
        var file = smallFile()
        // The type of the second section, from SHT_SYMTAB to SHT_NULL.
        file[128 + 64 + 4] = 0
        #expect(try symbols(of: file) == nil)
    }
}

/// An ELF file with nothing but the function `hello` at 0x1000..<0x1020: header, symbols, strings, section headers.
private func smallFile() -> [UInt8] {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    func section(type: UInt32, offset: UInt64, size: UInt64, link: UInt32) -> [UInt8] {
        bytes(0 as UInt32) + bytes(type) + bytes(0 as UInt64) + bytes(0 as UInt64)
            + bytes(offset) + bytes(size) + bytes(link) + [UInt8](repeating: 0, count: 20)
    }

    var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    file += [UInt8](repeating: 0, count: 24) + bytes(128 as UInt64) + [UInt8](repeating: 0, count: 10)
    file += bytes(64 as UInt16) + bytes(3 as UInt16) + bytes(0 as UInt16)

    file += [UInt8](repeating: 0, count: 24)
    file += bytes(1 as UInt32) + [2, 0] + bytes(1 as UInt16) + bytes(0x1000 as UInt64) + bytes(0x20 as UInt64)

    file += [0] + Array("hello".utf8) + [UInt8](repeating: 0, count: 10)

    file += section(type: 0, offset: 0, size: 0, link: 0)
    file += section(type: 2, offset: 64, size: 48, link: 2)
    file += section(type: 3, offset: 112, size: 16, link: 0)
    return file
}

private func symbols(of file: [UInt8]) throws -> ELFSymbols? {
    var path = Array("/tmp/joblib-elf-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    try #require(descriptor >= 0)
    defer {
        close(descriptor)
        unlink(path)
    }
    try #require(write(descriptor, file, file.count) == file.count)
    return ELFSymbols(path: "/proc/self/fd/\(descriptor)")
}
