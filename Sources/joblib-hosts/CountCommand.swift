// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Joblib
import WordCount

#if TCP
import JoblibTCP
#endif

/// Counts files on hosts.
struct CountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Counts files on hosts.",
        discussion: """
            Prints what GNU wc prints for the same files: a line for each, sorted by path, and a total. Below a \
            directory, every regular file counts. The hosts need not have the files: this process reads them, and what \
            they hold travels with the tasks, encrypted.

            Files that cannot be read are reported on stderr and do not stop the others; the exit status is then 1. It \
            is 69 where no host could be reached. Ctrl-C stops the run; what was counted until then is printed, and the \
            exit status is 130.
            """
    )

    /// The most workers that the options accept.
    private static let maximumCount = 1 << 20

    @Option(help: ArgumentHelp("Where hosts listen, such as 10.0.0.5:7077,10.0.0.6:7077.", valueName: "addresses"))
    var workers: String?

    @Option(help: ArgumentHelp("Where hosts are to dial in, such as 0.0.0.0:7077.", valueName: "address"))
    var listen: String?

    @Option(help: ArgumentHelp("What starts hosts, such as \"srun -N2\" or \"ssh hosta\".", valueName: "command"))
    var launch: String?

    @Option(
        help: ArgumentHelp("How many hosts to launch, where the command starts one each time.", valueName: "count"),
        transform: { try Self.number($0, upTo: Self.maximumCount) }
    )
    var launchCount: Int?

    @Option(
        help: ArgumentHelp(
            "Where this program is on hosts that are launched. (default: where it is here)",
            valueName: "path"
        )
    )
    var launchProgram: String?

    @Option(
        help: ArgumentHelp(
            "Where hosts that are launched dial, such as 10.0.0.1:0; port 0 is the one that is listened at. (default: the address from which "
                + "this machine reaches other networks)",
            valueName: "address"
        )
    )
    var dialAddress: String?

    @Option(
        help: ArgumentHelp(
            "Number of workers to wait for before beginning. (default: 1, or all hosts that srun or mpirun starts)",
            valueName: "count"
        ),
        transform: { try Self.number($0, upTo: Self.maximumCount) }
    )
    var wait: Int?

    @Option(
        help: ArgumentHelp(
            "Seconds to wait for them. (default: 10, or 60 where hosts are launched)",
            valueName: "seconds"
        ),
        transform: { try Self.number($0, upTo: 86_400) }
    )
    var within: Int?

    @Flag(help: "Print the total only.")
    var total = false

    @Flag(help: "Make characters that cannot be printed part of words, as GNU wc does since version 9.4.")
    var countUnprintable = false

    @Argument(help: ArgumentHelp("Files and directories to count.", valueName: "path"))
    var paths: [String]

    func validate() throws {
        guard self.workers != nil || self.listen != nil || self.launch != nil else {
            throw ValidationError("no hosts: give --workers ADDRESS,…, --listen ADDRESS or --launch COMMAND")
        }
        guard self.launch != nil || self.launchCount == nil else {
            throw ValidationError("--launch-count says how many of --launch COMMAND, which is not there")
        }
        guard self.launch != nil || (self.launchProgram == nil && self.dialAddress == nil) else {
            throw ValidationError(
                "--launch-program and --dial-address are for what --launch COMMAND starts, which is not there"
            )
        }
        guard self.launchProgram != "" else { throw ValidationError("--launch-program: the path is empty") }
        guard !self.paths.contains("") else {
            throw ValidationError("a path is empty")
        }
    }

    #if TCP
    func run() throws {
        registerTCPBackend()
        var parameters: [BackendParameter] = []
        let isLaunched = self.launch != nil
        if let launch = self.launch {
            let launcher: CommandLauncher = try .commandLine(
                launch,
                capacity: self.launchCount ?? 1,
                program: self.launchProgram
            )
            parameters.append(.launch(launcher, count: self.launchCount))
        }
        // Where hosts are launched the backend knows how many there are to be.
        let limit = self.within ?? (isLaunched ? 60 : 10)
        parameters.append(.waitForWorkers(atLeast: self.wait, within: .seconds(limit)))
        if let workers = self.workers {
            parameters.append(
                .workers(workers.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
            )
        }
        if let dialAddress = self.dialAddress { parameters.append(.dialAddress(dialAddress)) }
        if let listen = self.listen { parameters.append(.listen(listen)) }
        let table = CharacterTable(.user, countsUnprintable: self.countUnprintable)
        let paths = self.paths.map(FilePath.init(argument:))
        try parallelConfig(backend: .tcp, backendParams: parameters) {
            try Survey(paths, table: table, bytes: .carriedByTheTask)
                .print(Parallel(), program: "joblib-hosts", totalOnly: self.total)
        }
    }
    #else
    func run() throws { throw Unavailable() }
    #endif

    /// The exit status for an error of a loop, and for what is missing.
    static func status(of error: any Error) -> Int32? {
        switch error {
        case is Unavailable: CommandLineExit.unavailable
        case let error as ParallelError:
            error.code == .noWorkers ? CommandLineExit.unavailable : CommandLineExit.usage
        case is TaskFailure: CommandLineExit.unavailable
        default: nil
        }
    }

    private static func number(_ text: String, upTo maximum: Int) throws -> Int {
        guard let number = Int(text), (1...maximum).contains(number) else {
            throw ValidationError("not a whole number from 1 to \(maximum)")
        }
        return number
    }
}
