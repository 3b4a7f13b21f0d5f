// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibPOSIX

/// A job of Slurm's, and what Slurm says of jobs.
struct JobNumber: Equatable {
    let number: String

    /// The cluster that has it, where that is another one than commands ask for by themselves; otherwise empty.
    let cluster: String

    /// Reads what `sbatch --parsable` prints: a number, and perhaps a semicolon and the name of a cluster.
    ///
    /// - Parameter output: What it has printed; `nil` comes of everything else.
    init?(_ output: String) {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: true)
        guard lines.count == 1 else { return nil }
        let parts = lines[0].split(separator: ";", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...18).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ 0x30...0x39 ~= $0 })
        else { return nil }
        self.number = String(parts[0])
        self.cluster = parts.count > 1 ? String(parts[1]) : ""
        // It becomes a word of a command.
        guard self.cluster.utf8.allSatisfy({ 0x21...0x7e ~= $0 }), parts.count == 1 || !parts[1].isEmpty else {
            return nil
        }
    }

    /// Whether a command has said that there is no such job.
    static func isUnknown(_ ending: CommandProcess.Ending) -> Bool { ending.errorTail.contains("Invalid job id") }

    /// Whether `squeue` has said that there is no such job; not when it could not ask.
    static func isOver(_ ending: CommandProcess.Ending) -> Bool {
        if self.isUnknown(ending) { return true }
        return ending.exitCode == 0 && self.lines(ending.output).isEmpty
    }

    /// How many jobs of an array `squeue --array` has named; `nil` where it could not ask.
    static func remaining(_ ending: CommandProcess.Ending) -> Int? {
        ending.exitCode == 0 ? self.lines(ending.output).count : nil
    }

    /// What `squeue` has written of jobs: of each cluster that is named to it, it says first which one that is.
    private static func lines(_ output: String) -> [Substring] {
        output.split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("CLUSTER:") && !$0.allSatisfy(\.isWhitespace) }
    }
}

#endif
