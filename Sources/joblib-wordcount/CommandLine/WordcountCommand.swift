// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Joblib

/// The program `joblib-wordcount`: its options, and what follows from them.
@main
struct WordcountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "joblib-wordcount",
        abstract: "Counts lines, words and bytes of every file below some paths, in parallel.",
        discussion: """
            Prints what GNU wc prints for the same files: a line for each, sorted by path, and a total. Below a \
            directory, every regular file counts, and symbolic links are not followed. Words are those of the locale \
            that LC_ALL, LC_CTYPE or LANG name, as with wc.

            Files that cannot be read are reported on stderr and do not stop the others; the exit status is then 1. \
            Ctrl-C stops the run; what was counted until then is printed, and the exit status is 130.
            """
    )

    /// The most workers that the option accepts.
    private static let maximumJobs = 1_024

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of files to read at the same time. (default: the CPU count)", valueName: "count"),
        transform: { text in
            guard let count = Int(text), (1...Self.maximumJobs).contains(count) else {
                throw ValidationError("not a whole number from 1 to \(Self.maximumJobs)")
            }
            return count
        }
    )
    var jobs: Int?

    @Option(help: ArgumentHelp("Backend that runs the tasks.", valueName: "name"))
    var backend = "threading"

    @Flag(help: "Print the total only.")
    var total = false

    @Flag(
        help: """
            Make characters that cannot be printed part of words, as GNU wc does since version 9.4 and other systems \
            always did; by default they neither begin nor end one.
            """
    )
    var countUnprintable = false

    @Argument(help: ArgumentHelp("Files and directories to count.", valueName: "path"))
    var paths: [String]

    static func main() {
        CommandLineExit.run(Self.self)
    }

    func validate() throws {
        guard registeredParallelBackends().contains(self.backend) else {
            let known = registeredParallelBackends().joined(separator: ", ")
            throw ValidationError("unknown backend '\(self.backend)'; the backends are \(known)")
        }
        guard !self.paths.contains("") else {
            throw ValidationError("a path is empty")
        }
    }

    func run() throws {
        let parallel = Parallel(nJobs: self.jobs ?? cpuCount(), backend: .named(self.backend))
        let table = CharacterTable(.user, countsUnprintable: self.countUnprintable)
        var survey = Survey(self.paths.map(FilePath.init(argument:)), table: table)
        var isInterrupted = false
        do {
            try cancellingOnInterrupt { try survey.run(parallel) }
        } catch  where Self.isInterruption(error) {
            isInterrupted = true
        }

        let failures = survey.failures
        for failure in failures {
            StandardStream.report("joblib-wordcount: \(failure.path.description): \(failure.error)\n")
        }
        let listing = Listing(counts: survey.counts, missing: failures.count)
        try StandardStream.output.write(listing.rendered(totalOnly: self.total))
        if isInterrupted {
            let progress = "\(listing.counts.count) of the \(survey.fileCount) files found were counted"
            StandardStream.report("joblib-wordcount: interrupted: \(progress)\n")
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

extension FilePath {
    /// Creates the path that an argument of the process names, even if it is not UTF-8.
    fileprivate init(argument: String) {
        // A `String` has repaired such an argument; the original is beside it.
        let originals = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        for case let original? in originals where String(cString: original) == argument {
            self.init(UnsafeRawBufferPointer(start: original, count: FilePath.length(original)))
            return
        }
        self.init(argument)
    }

    private static func length(_ text: UnsafePointer<CChar>) -> Int {
        var length = 0
        while text[length] != 0 { length += 1 }
        return length
    }
}
