// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Testing

@Suite("What is tidied up behind a process")
struct GuardedThingsTests {
    private let all: [GuardedThings.Thing] = [
        .group(4711), .command(["scancel", "17"]), .command(["a b", "", "%41", "line\nbreak", "ä"]), .file("/tmp/a b"),
        .search(["scancel", "--name=x"]),
    ]

    @Test("Everything is read as it was written, in pieces of any length", arguments: [1, 2, 7, 1000])
    func read(pieceCount: Int) {
        let text = self.all.enumerated().map { GuardedThings.line(adding: $0.element, number: UInt64($0.offset)) }
            .joined()
        var bytes = Array(text.utf8)[...]
        var things = GuardedThings()
        while !bytes.isEmpty {
            things.read(bytes.prefix(pieceCount))
            bytes = bytes.dropFirst(pieceCount)
        }
        #expect(
            things.things
                == Dictionary(uniqueKeysWithValues: self.all.enumerated().map { (UInt64($0.offset), $0.element) })
        )
    }

    @Test("What was taken back is gone, and the rest stays")
    func remove() {
        var things = GuardedThings()
        for (number, thing) in self.all.enumerated() {
            things.read(GuardedThings.line(adding: thing, number: UInt64(number)).utf8)
        }
        things.read(GuardedThings.line(removing: 1).utf8)
        things.read(GuardedThings.line(removing: 99).utf8)
        #expect(things.things.keys.sorted() == [0, 2, 3, 4])
    }

    @Test(
        "A line that was not finished, or makes no sense, is nothing",
        arguments: ["1 group 5", "x group 5\n", "1 group x\n", "1 command\n", "1\n", "\n"]
    )
    func nonsense(text: String) {
        var things = GuardedThings()
        things.read(text.utf8)
        #expect(things.things.isEmpty)
    }
}
