// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct ByteCountTests {
    @Test(
        "joblib's notation is read as joblib reads it",
        arguments: [
            ("1M", 1_048_576), ("50K", 51_200), ("500M", 524_288_000), ("10G", 10_737_418_240), ("2.5K", 2_560),
            ("0.1K", 102), (".5K", 512), ("5.K", 5_120), ("0K", 0), ("-0K", 0), ("+1K", 1_024), ("1e3K", 1_024_000),
            ("1e-9G", 1), ("1e-10G", 0), ("007K", 7_168),
        ]
    )
    func notation(text: String, bytes: Int) throws {
        #expect(try ByteCount(text).resolve() == bytes)
    }

    @Test("Equal sizes are equal however they are written")
    func equality() throws {
        let text: ByteCount = "1M"
        let number: ByteCount = 1_048_576
        let count = 1_048_576
        #expect(text == number)
        #expect(number == ByteCount(count))
        #expect("\(text)" == "1048576")
    }

    @Test("Unlimited has no size")
    func unlimited() throws {
        #expect(try ByteCount.unlimited.resolve() == nil)
        #expect("\(ByteCount.unlimited)" == "unlimited")
    }

    @Test("Zero bytes is a size")
    func zero() throws {
        #expect(try ByteCount(0).resolve() == 0)
    }

    @Test(
        "Text that is no size is kept and refused when it is used",
        arguments: [
            "", "1", "1m", "1k", "1g", "1T", "M", "1 M", " 1M", "1M ", "1MB", "1,5M", "-1M", "nanM", "infM", "-infM",
            "0x10K", "0x1p3K", "1e400K", "1e999999999G", "9e18K", "99999999999999999999G", "1e", "e1K", "1.2.3K",
            "--1K",
            "1_0K", "unlimited", "None", "١M", "1М", "\0M", "1\0M", "1K\0", "M\u{301}", "1M\u{301}",
        ]
    )
    func malformed(text: String) throws {
        let size = ByteCount(text)
        #expect(size.description == text)
        let error = try #require(throws: ParallelError.self) { try size.resolve() }
        #expect(error.code == .invalidByteCount)
        #expect(error.detail.hasPrefix("\(text.debugDescription) is not a size; write "))
    }

    @Test("A negative number is refused when it is used", arguments: [-1, Int.min])
    func negative(bytes: Int) throws {
        let error = try #require(throws: ParallelError.self) { try ByteCount(bytes).resolve() }
        #expect(error.code == .invalidByteCount)
        #expect(error.detail.hasPrefix("\(bytes) is not a size"))
    }

    @Test("Long text is cut in the message")
    func longText() throws {
        let error = try #require(throws: ParallelError.self) {
            try ByteCount(String(repeating: "1", count: 1_000_000) + "K").resolve()
        }
        #expect(error.detail.count < 200)
    }
}
