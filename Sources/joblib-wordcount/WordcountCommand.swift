// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Joblib
import WordCount

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
        help: ArgumentHelp(
            "Number of files to read at the same time; -1 is every CPU, -2 all but one.",
            valueName: "count"
        ),
        transform: { text in
            guard let count = Int(text), count <= Self.maximumJobs else {
                throw ValidationError("not a whole number of at most \(Self.maximumJobs)")
            }
            guard count != 0 else {
                throw ValidationError("0 is not a job count; write 1 for one job or -1 for every CPU")
            }
            return count
        }
    )
    var jobs = -1

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
        let parallel = Parallel(nJobs: self.jobs, backend: .named(self.backend))
        let table = CharacterTable(.user, countsUnprintable: self.countUnprintable)
        try Survey(self.paths.map(FilePath.init(argument:)), table: table)
            .print(parallel, program: "joblib-wordcount", totalOnly: self.total)
    }
}
