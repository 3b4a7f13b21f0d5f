// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

struct LineRelayTests {
    private static let nonce: UInt64 = 0xabc

    private static func mark(_ text: String, nonce: String = "0000000000000abc") -> [UInt8] {
        Array("\0joblib \(nonce)\(text)\0".utf8)
    }

    /// The lines that a worker's output makes, which arrives in pieces of a size.
    private static func lines(_ output: [UInt8], piece: Int, readsMarks: Bool = true) -> String {
        var relay = LineRelay(nonce: Self.nonce)
        relay.readsMarks = readsMarks
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
            Array("before\n".utf8) + Self.mark("+3") + Array("a\nb\nrest".utf8) + Self.mark("+14") + Array("c\n".utf8)
            + Self.mark("-15") + Array("d\n".utf8) + Self.mark(".15") + Array("after\nend".utf8)
        let expected = "before\n[task 3] a\n[task 3] b\n[task 3] rest\n[task 14] c\nd\nafter\nend\n"
        #expect(Self.lines(output, piece: piece) == expected)
    }

    @Test("What only looks like a mark is printed as it is, also the mark of another worker", arguments: [1, 5, 4096])
    func noMarks(_ piece: Int) {
        let long = "\0joblib 0000000000000abc+" + String(repeating: "1", count: 80) + "\n"
        var texts = ["\0", "a\0b\n", "\0\0\n", "\0joblib 0000000000000abd+1\0\n", "\0joblib 0000000000000abc+", long]
        texts.append(String(decoding: Self.mark("!1"), as: UTF8.self))
        texts.append(String(decoding: Self.mark("+"), as: UTF8.self))
        texts.append(String(decoding: Self.mark("+3", nonce: "0000000000000abd"), as: UTF8.self))
        for text in texts {
            let expected = text.hasSuffix("\n") ? text : text + "\n"
            #expect(Self.lines(Array(text.utf8), piece: piece) == expected, "\(text.debugDescription)")
        }
    }

    @Test("Nothing is a mark before the worker has written one")
    func unread() {
        let output = Self.mark("+3") + Array("a\n".utf8)
        #expect(Self.lines(output, piece: 4096, readsMarks: false) == String(decoding: output, as: UTF8.self))
    }

    @Test("Marks are no part of a worker's last words")
    func tail() {
        var relay = LineRelay(nonce: Self.nonce)
        relay.readsMarks = true
        relay.add((Self.mark("+3") + Array("goodbye".utf8))[...])
        #expect(relay.tail == "goodbye")
    }

    @Test(
        "What a task prints too much is left out, which is said, and the next task's is shown",
        arguments: [true, false]
    )
    func cut(_ isShown: Bool) {
        let line = String(repeating: "x", count: 1023) + "\n"
        let flood = Array(String(repeating: line, count: 3000).utf8) + Array("last words\n".utf8)
        let kind = isShown ? "+" : "-"
        let output = Self.mark(kind + "3") + flood + Self.mark(kind + "4") + Array("short\n".utf8) + Self.mark(".4")
        let tag = { (task: Int) in isShown ? "[task \(task)] " : "" }
        let omitted = flood.count - OutputLimit.shown
        let expected =
            String(repeating: tag(3) + line, count: OutputLimit.shown / 1024)
            + "[joblib] task 3 has printed \(flood.count) bytes, of which the last \(omitted) are left out\n"
            + tag(4) + "short\n"
        #expect(Self.lines(output, piece: 65_536) == expected)
    }

    @Test("A line that is cut ends there, and what follows is still somebody's last words")
    func cutLine() {
        var relay = LineRelay(nonce: Self.nonce)
        relay.readsMarks = true
        let flood = [UInt8](repeating: UInt8(ascii: "x"), count: OutputLimit.shown + 10) + Array("\nbye".utf8)
        relay.add((Self.mark("-3") + flood)[...])
        relay.end(task: 3)
        let lines = relay.takeLines() ?? []
        #expect(lines.prefix(OutputLimit.shown).allSatisfy { $0 == UInt8(ascii: "x") })
        let notice = String(decoding: lines.dropFirst(OutputLimit.shown), as: UTF8.self)
        #expect(notice == "\n[joblib] task 3 has printed \(flood.count) bytes, of which the last 14 are left out\n")
        #expect(relay.tail.hasSuffix("\nbye"))
    }

    @Test("In the trace of a trap calls without a name are counted, however they arrive", arguments: [1, 7, 64, 4096])
    func unnamedCalls(_ piece: Int) {
        func frame(_ number: Int, _ name: String) -> String {
            "\(number)    program    0x0000560a70cd79\(number + 10) \(name) + 39\n"
        }
        let unnamed = (0..<30).map { frame($0, "<unavailable>") }
        // Outside of a trace it is a line like any other.
        let before = "words\n" + unnamed[0] + "Fatal error: meant so\nCurrent stack trace:\n" + frame(0, "trap")
        let output = before + unnamed[1..<4].joined() + frame(4, "main") + unnamed[5...].joined()
        let expected =
            before + "     (3 calls without a name)\n" + frame(4, "main") + "     (25 calls without a name)\n"
        for (isError, expected) in [(true, expected), (false, output)] {
            var relay = LineRelay(nonce: Self.nonce, isError: isError)
            let bytes = Array(output.utf8)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                relay.add(bytes[start..<min(start + piece, bytes.count)])
            }
            relay.end()
            #expect(String(decoding: relay.takeLines() ?? [], as: UTF8.self) == expected)
        }
    }
}
