// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import WordCount

@Suite("The listing")
struct ListingTests {
    private func text(_ listing: Listing, totalOnly: Bool = false) -> String {
        String(decoding: listing.rendered(totalOnly: totalOnly), as: UTF8.self)
    }

    @Test("Columns are as wide as the total number of bytes")
    func widths() {
        let listing = Listing(counts: [
            (FilePath("a"), Count(lines: 1, words: 2, bytes: 30)),
            (FilePath("b"), Count(lines: 4, words: 5, bytes: 990)),
        ])
        #expect(self.text(listing) == "   1    2   30 a\n   4    5  990 b\n   5    7 1020 total\n")
        #expect(self.text(listing, totalOnly: true) == "   5    7 1020 total\n")
    }

    @Test("A single file has no total, unless another could not be read")
    func single() {
        let counts = [(path: FilePath("a"), count: Count(lines: 1, words: 1, bytes: 2))]
        #expect(self.text(Listing(counts: counts)) == "1 1 2 a\n")
        #expect(self.text(Listing(counts: counts, missing: 1)) == "1 1 2 a\n1 1 2 total\n")
        #expect(self.text(Listing(counts: [])) == "0 0 0 total\n")
    }

    @Test("A path is printed as it is, unless it would break the line")
    func paths() {
        #expect(FilePath([0xFF, 0x20, 0x27]).printed == [0xFF, 0x20, 0x27])
        #expect(FilePath("a\nb'c").description == "'a'$'\\n''b'\\''c'")
        #expect(FilePath("dir").appending("x".utf8) == FilePath("dir/x"))
        #expect(FilePath("/").appending("x".utf8) == FilePath("/x"))
        #expect(FilePath("a/b") < FilePath("a0") && FilePath("a") < FilePath("a/b"))
    }
}
