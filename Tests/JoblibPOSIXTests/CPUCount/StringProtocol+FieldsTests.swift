// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct StringProtocolFieldsTests {
    @Test("Fields are split by bytes")
    func fields() {
        #expect("a:b:c:d".fields(separatedBy: ":", maxSplits: 2) == ["a", "b", "c:d"])
        #expect("".fields(separatedBy: ":") == [""])
        #expect("//a//b/".fields(separatedBy: "/", omittingEmptySubsequences: true) == ["a", "b"])
        #expect("a\r\nb".fields(separatedBy: "\n") == ["a\r", "b"])
        #expect("/\u{301}a".fields(separatedBy: "/") == ["", "\u{301}a"])
    }

    @Test(
        "Blanks and line breaks are trimmed at both ends only",
        arguments: [("", ""), (" \n", ""), ("4\n", "4"), ("\t4 5\r\n", "4 5"), ("\u{A0}4", "\u{A0}4")]
    )
    func trimming(text: String, trimmed: String) {
        #expect(text.trimmed == trimmed)
    }
}
