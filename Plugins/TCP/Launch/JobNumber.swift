// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibPOSIX

/// What Slurm says of jobs.
enum JobNumber {
    /// Reads what `sbatch --parsable` prints: a number, and perhaps a semicolon and the name of a cluster.
    ///
    /// - Returns: The number; `nil` for everything else.
    static func read(_ output: String) -> String? {
        let lines = output.split(separator: "\n", omittingEmptySubsequences: true)
        guard lines.count == 1 else { return nil }
        let parts = lines[0].split(separator: ";", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...18).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ 0x30...0x39 ~= $0 })
        else { return nil }
        return String(parts[0])
    }

    /// Whether a command has said that there is no such job.
    static func isUnknown(_ ending: CommandProcess.Ending) -> Bool { ending.errorTail.contains("Invalid job id") }

    /// Whether `squeue` has said that there is no such job; not when it could not ask.
    static func isOver(_ ending: CommandProcess.Ending) -> Bool {
        if self.isUnknown(ending) { return true }
        return ending.exitCode == 0 && ending.output.allSatisfy(\.isWhitespace)
    }
}

#endif
