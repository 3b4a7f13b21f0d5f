// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct MmapModeTests {
    @Test(
        "joblib's words are the modes",
        arguments: [
            ("r", .readOnly), ("r+", .readWrite), ("w+", .create), ("c", .copyOnWrite),
        ] as [(String, MmapMode)]
    )
    func words(word: String, mode: MmapMode) throws {
        #expect(MmapMode(word) == mode)
        try mode.validate()
    }

    @Test("A literal is a mode")
    func literal() {
        let mode: MmapMode = "w+"
        #expect(mode == .create)
        #expect("\(mode)" == "w+")
    }

    @Test("An array that exists is opened for writing, not made anew")
    func existing() {
        #expect(MmapMode("w+").ofExisting == .readWrite)
        for mode in [MmapMode.readOnly, .readWrite, .copyOnWrite, .disabled] { #expect(mode.ofExisting == mode) }
    }

    @Test("Never mapping is a mode without a word")
    func disabled() throws {
        try MmapMode.disabled.validate()
        #expect(MmapMode.disabled != MmapMode("disabled"))
    }

    @Test("Another word is kept and refused when it is used", arguments: ["", "w", "R", "rw", "r ", "disabled", "\0"])
    func otherWord(word: String) throws {
        let mode = MmapMode(word)
        #expect(mode.description == word)
        let error = try #require(throws: ParallelError.self) { try mode.validate() }
        #expect(error.code == .invalidMmapMode)
        #expect(
            error.detail
                == "\(word.debugDescription) is not a mapping mode; write \"r\", \"r+\", \"w+\", \"c\" or .disabled"
        )
    }

    @Test("A long word is cut in the message")
    func longWord() throws {
        let error = try #require(throws: ParallelError.self) {
            try MmapMode(String(repeating: "r", count: 100_000)).validate()
        }
        #expect(error.detail.count < 120)
    }
}
