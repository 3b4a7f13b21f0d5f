// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

@Suite("Programs of others", .timeLimit(.minutes(1)))
struct CommandProcessTests {
    private final class End: Sendable {
        let ending = Mutex<CommandProcess.Ending?>(nil)
        let word = WaitWord()

        func note(_ ending: CommandProcess.Ending) {
            self.ending.withLock { $0 = ending }
            self.word.advance()
        }

        func wait() throws -> CommandProcess.Ending {
            self.word.wait(while: 0, until: MonotonicClock.now + 30_000_000_000)
            return try #require(self.ending.withLock { $0 })
        }
    }

    private func run(_ script: String, input: String = "", environment: [String: String] = [:]) throws
        -> CommandProcess.Ending
    {
        let end = End()
        _ = try CommandProcess.start(
            ["sh", "-c", script],
            environment: environment,
            input: Array(input.utf8),
            didEnd: { end.note($0) }
        )
        return try end.wait()
    }

    @Test("It finds its input, arguments and variables, and what it writes and how it ends is told")
    func whole() throws {
        let ending = try self.run(
            "cat; echo $COLOUR; echo bad >&2; exit 3",
            input: "in\n",
            environment: ["COLOUR": "blue"]
        )
        #expect(
            ending.output == "in\nblue\n" && ending.errorTail == "bad\n" && ending.exitCode == 3 && ending.signal == nil
        )
    }

    @Test("A signal is told as such")
    func signal() throws {
        let ending = try self.run("kill -TERM $$")
        #expect(ending.signal == 15 && ending.exitCode == nil)
    }

    @Test("A command that does not exist is an error that says so")
    func missing() throws {
        let error = try #require(throws: SystemError.self) {
            try CommandProcess.start(["joblib-no-such-command"], didEnd: { _ in })
        }
        #expect(error.isMissingFile)
    }

    @Test("However much it writes, its output is kept up to a limit, and it ends")
    func garbage() throws {
        let ending = try self.run("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo last >&2")
        #expect(ending.exitCode == 0 && ending.output.utf8.count == 65_536)
        #expect(ending.errorTail.utf8.count <= 4096 * 3 && ending.errorTail.hasSuffix("last\n"))
    }

    @Test("What it has started goes with it")
    func group() throws {
        let ending = try self.run("sleep 600 >/dev/null 2>&1 & echo $!")
        let pid = try #require(Int(ending.output.dropLast()))
        // Whoever adopts orphans may take its time.
        let text = { SystemFileText.state(pid) }
        while let state = text(), state != "Z" {}
    }

    @Test("One that ignores SIGTERM is ended all the same, and its end is told")
    func stubborn() throws {
        let end = End()
        let process = try CommandProcess.start(
            ["sh", "-c", "trap '' TERM; echo ready >&2; while :; do sleep 0.01; done"],
            didEnd: { end.note($0) }
        )
        while !process.errorTail.contains("ready") {}
        process.terminate(patience: 50_000_000)
        #expect(try end.wait().signal == 9)
    }

    @Test("Input may come later, and ends when it is ended")
    func input() throws {
        let end = End()
        let process = try CommandProcess.start(
            ["cat"],
            input: Array("a".utf8),
            keepsInput: true,
            didEnd: { end.note($0) }
        )
        process.write(Array("b".utf8))
        process.closeInput()
        process.write(Array("c".utf8))
        #expect(try end.wait().output == "ab")
        // Nobody reads any more, and no signal ends this process.
        process.write(Array("d".utf8))
    }

    private enum SystemFileText {
        /// The letter of a process's state; `nil` where there is none.
        static func state(_ pid: Int) -> Character? {
            guard ProcessIdentity.startTime(of: pid) != nil, let file = try? OpenFile("/proc/\(pid)/stat", .reading),
                let bytes = try? file.bytes(at: 0, count: 512)
            else { return nil }
            return String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.dropFirst().first
        }
    }
}
