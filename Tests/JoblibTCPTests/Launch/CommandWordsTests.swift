// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibCore
import TestProcesses
import Testing

@testable import JoblibTCP

@Suite("Words of commands", .timeLimit(.minutes(1)))
struct CommandWordsTests {
    /// What a shell makes of as well.
    private static let lines = [
        "srun -N2 --partition=long", "  a\t b\nc  ", "", "   ", "'a b' c", "\"a b\" c", "a\\ b", "'' \"\" x",
        "a'b'\"c\"d",
        "'it'\\''s'", "\"say \\\"hi\\\" \\\\ \\x\"", "'a\\b'", "ssh -o 'ProxyCommand=nc %h %p' host", "'\"' \"'\"",
        "ä 'ö ü'",
    ]

    @Test("A line is split as a shell splits it", arguments: CommandWordsTests.lines)
    func split(line: String) async throws {
        let script = "for word in \(line); do printf '%s\\0' \"$word\"; done"
        let shell = try await ProgramRun.run(
            URL(fileURLWithPath: "/bin/sh"),
            ["-c", line.allSatisfy(\.isWhitespace) ? ":" : script.replacing("\n", with: " ")]
        )
        let expected = shell.output.split(separator: "\0", omittingEmptySubsequences: false).dropLast()
            .map { String($0) }
        #expect(try CommandWords.split(line) == expected)
    }

    @Test("What is expanded or run by a shell is taken as it is")
    func nothingIsRun() throws {
        #expect(try CommandWords.split("a $HOME `id` $(id) *.txt ; b | c > d & # e").count == 14)
        #expect(try CommandWords.split("\"$HOME\"") == ["$HOME"])
    }

    @Test("Half a quotation is refused, with the line", arguments: ["'a", "a \"b", "a\\", "\"a\\\""])
    func half(line: String) throws {
        let error = try #require(throws: ParallelError.self) { try CommandWords.split(line) }
        #expect(error.code == .invalidArgument && error.detail.contains(line), "\(error)")
    }

    @Test(
        "Quoted words are read as they were, by a shell and here",
        arguments: [
            "plain", "", "a b", "it's", "$HOME", "`id`", "a\"b", "\\", "*", "a;b", "ä", "-x", "~", "#a", "line\nbreak",
            "{a,b}", "!x", "a=b",
        ]
    )
    func quote(word: String) async throws {
        let quoted = CommandWords.quoted(word)
        #expect(try CommandWords.split(quoted) == [word])
        let shell = try await ProgramRun.run(URL(fileURLWithPath: "/bin/sh"), ["-c", "printf '%s' \(quoted)"])
        #expect(shell.output == word)
    }
}

#endif
