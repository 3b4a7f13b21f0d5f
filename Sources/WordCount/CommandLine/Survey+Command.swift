// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
package import Joblib

extension Survey {
    /// Counts all files, and prints what `wc` prints for them; Ctrl-C stops it, and what was counted until then is printed.
    ///
    /// - Parameters:
    ///   - parallel: Runs the tasks.
    ///   - program: The name that messages begin with.
    ///   - totalOnly: Whether to print the total only.
    /// - Throws: `ExitCode`, after everything was said; what a loop throws.
    package consuming func print(_ parallel: Parallel, program: String, totalOnly: Bool) throws {
        var isInterrupted = false
        do {
            try cancellingOnInterrupt { try self.run(parallel) }
        } catch  where Self.isInterruption(error) {
            isInterrupted = true
        }

        let failures = self.failures
        for failure in failures {
            StandardStream.report("\(program): \(failure.path.description): \(failure.error)\n")
        }
        let listing = Listing(counts: self.counts, missing: failures.count)
        try StandardStream.output.write(listing.rendered(totalOnly: totalOnly))
        if isInterrupted {
            let progress = "\(listing.counts.count) of the \(self.fileCount) files found were counted"
            StandardStream.report("\(program): interrupted: \(progress)\n")
            throw ExitCode(CommandLineExit.interrupted)
        }
        if !failures.isEmpty { throw ExitCode(CommandLineExit.unreadable) }
    }

    /// Returns whether an error of a loop means that the user interrupted it.
    private static func isInterruption(_ error: any Error) -> Bool {
        switch error {
        case let error as ParallelError: error.code == .cancelled
        // A task that noticed the cancellation before the loop did.
        case let failure as TaskFailure: failure.underlyingError is CancellationError
        default: error is CancellationError
        }
    }
}
