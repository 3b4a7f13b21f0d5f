// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibPOSIX
import Synchronization

/// What comes of a short command, for a thread that waits for it.
enum CommandAnswer {
    /// It has ended.
    case ended(CommandProcess.Ending)

    /// It could not be run, or took too long; for people.
    case none(String)

    /// How long one may take, in nanoseconds.
    private static let time: UInt64 = 15_000_000_000

    /// How long it waits before one that has failed is run again.
    private static let pause: UInt64 = 1_000_000_000

    /// Runs a command, and waits for its end.
    static func of(_ words: [String]) -> CommandAnswer {
        let answer = Mutex<CommandProcess.Ending?>(nil)
        let told = WaitWord()
        do throws(SystemError) {
            let process = try CommandProcess.start(words) { ending in
                answer.withLock { $0 = ending }
                told.advance()
            }
            guard told.wait(while: 0, until: MonotonicClock.now + Self.time) else {
                process.kill()
                return .none("\(words[0]) did not end within \(Self.time / 1_000_000_000) s")
            }
        } catch {
            return .none("\(words[0]): \(error)")
        }
        return answer.withLock { $0 }.map { .ended($0) } ?? .none("\(words[0]) has not ended")
    }

    /// Why what the command was to do is not done; `nil`: it is.
    private var problem: String? {
        switch self {
        case .none(let text): return text
        case .ended(let ending):
            // Of what is over by itself there is nothing to call off.
            if ending.exitCode == 0 || JobNumber.isUnknown(ending) { return nil }
            let said = ending.errorTail.split(whereSeparator: \.isNewline).last.map { ": \(String($0).printable(300))" }
            return "it ended with status \(ending.exitCode ?? -1)\(said ?? "")"
        }
    }

    /// Runs a command that may be run twice until it succeeds.
    ///
    /// - Parameters:
    ///   - words: The command.
    ///   - deadline: When it is given up.
    ///   - end: Ends it when it moves from zero.
    /// - Returns: What was wrong the last time; `nil`: it has succeeded, or was not needed any more.
    static func untilDone(_ words: [String], until deadline: UInt64, unless end: WaitWord) -> String? {
        while true {
            guard let problem = self.of(words).problem else { return nil }
            guard MonotonicClock.now + Self.pause < deadline else {
                return "'\(words.joined(separator: " "))': \(problem)"
            }
            if end.wait(while: 0, until: MonotonicClock.now + Self.pause) { return nil }
        }
    }
}

#endif
