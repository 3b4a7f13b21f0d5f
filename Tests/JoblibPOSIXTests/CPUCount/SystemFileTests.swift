// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct SystemFileTests {
    @Test("A file of the kernel's is read to its end, though it claims to be empty")
    func kernelFile() throws {
        let text = try #require(SystemFile.text(at: "/proc/self/mountinfo"))
        #expect(text.utf8.last == UInt8(ascii: "\n"))
        #expect(try #require(SystemFile.text(at: "/proc/self/status")).contains("\nThreads:"))
    }

    @Test(
        "What cannot be read has no text",
        arguments: ["", "/proc/self/no-such-file", "/proc/self", "/proc/self/status/x", "/proc/self/mem"]
    )
    func unreadable(path: String) {
        #expect(SystemFile.text(at: path) == nil)
    }

    @Test("A file without an end is given up")
    func endless() {
        #expect(SystemFile.text(at: "/dev/zero") == nil)
    }

    @Test("Bytes that are not UTF-8 are replaced")
    func notUTF8() throws {
        // Addresses and numbers of this process as raw bytes, some of which no UTF-8 text has.
        let text = try #require(SystemFile.text(at: "/proc/self/auxv"))
        #expect(text.unicodeScalars.contains("\u{FFFD}"))
    }
}
