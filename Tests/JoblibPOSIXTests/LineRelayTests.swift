// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct LineRelayTests {
    private static func mark(_ task: String) -> [UInt8] { Array("\0joblib-task \(task)\0".utf8) }

    /// The lines that a worker's output makes, which arrives in pieces of a size.
    private static func lines(_ output: [UInt8], piece: Int) -> String {
        var relay = LineRelay()
        var lines: [UInt8] = []
        for start in stride(from: 0, to: output.count, by: piece) {
            relay.add(output[start..<min(start + piece, output.count)])
            lines += relay.takeLines() ?? []
        }
        relay.end()
        return String(decoding: lines + (relay.takeLines() ?? []), as: UTF8.self)
    }

    @Test("Lines bear the task that has printed them, however the output is cut", arguments: [1, 2, 7, 16, 64, 4096])
    func tags(_ piece: Int) {
        let output =
            Array("before\n".utf8) + Self.mark("3") + Array("a\nb\nrest".utf8) + Self.mark("14") + Array("c\n".utf8)
            + Self.mark("") + Array("after\nend".utf8)
        let expected = "before\n[task 3] a\n[task 3] b\n[task 3] rest\n[task 14] c\nafter\nend\n"
        #expect(Self.lines(output, piece: piece) == expected)
    }

    @Test("What only looks like a mark is printed as it is", arguments: [1, 5, 4096])
    func noMarks(_ piece: Int) {
        let long = "\0joblib-task " + String(repeating: "1", count: 80) + "\n"
        for text in ["\0", "a\0b\n", "\0\0\n", "\0joblib-tusk 1\0\n", "\0joblib-task 1", long] {
            let expected = text.hasSuffix("\n") ? text : text + "\n"
            #expect(Self.lines(Array(text.utf8), piece: piece) == expected, "\(text.debugDescription)")
        }
    }

    @Test("Marks are no part of a worker's last words")
    func tail() {
        var relay = LineRelay()
        relay.add((Self.mark("3") + Array("goodbye".utf8))[...])
        #expect(relay.tail == "goodbye")
    }
}
