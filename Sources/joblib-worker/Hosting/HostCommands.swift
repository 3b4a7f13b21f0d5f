// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import JoblibCluster
import JoblibCore
import JoblibPOSIX

/// Keeps a host that listens.
struct ListenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Keeps a host where coordinators dial in.",
        usage: "joblib-worker listen <address> [<options>] -- <program> [<arguments> ...]"
    )

    @Argument(help: "Where, such as 0.0.0.0:7077; port 0 leaves the choice to the system, and the host prints it.")
    var address: String

    @OptionGroup var host: HostOptions

    func validate() throws {
        _ = try HostOptions.address(self.address)
        try self.host.check()
    }

    func run() throws { try self.host.plan(.listening, self.address).carryOut() }
}

/// Keeps a host that dials.
struct DialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dial",
        abstract: "Keeps a host that dials its coordinator, until it is answered.",
        usage: "joblib-worker dial <address> [<options>] -- <program> [<arguments> ...]"
    )

    @Argument(help: "Where the coordinator listens, such as desk:7077.")
    var address: String

    @OptionGroup var host: HostOptions

    func validate() throws {
        let address = try HostOptions.address(self.address)
        guard address.port != 0 else {
            throw ValidationError("'\(self.address)' has no port to dial; write that at which the coordinator listens")
        }
        try self.host.check()
    }

    func run() throws { try self.host.plan(.dialling, self.address).carryOut() }
}

/// What both have in common.
struct HostOptions: ParsableArguments {
    /// For how long a program may take to say that it is a host.
    private static let longestStart = 86_400

    @Option(help: ArgumentHelp("Number of worker processes; as many as CPUs if not given.", valueName: "count"))
    var slots: String?

    @Option(
        help: ArgumentHelp(
            "The file with the cluster's token, which you alone can read; otherwise JOBLIB_TOKEN_FILE names it.",
            valueName: "file"
        )
    )
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "Seconds within which the program has to say that it listens or dials.",
            valueName: "seconds"
        )
    )
    var startLimit = 30

    @Flag(
        help: """
            Be given the coordinator's executable where none is named, and run it: whoever has the token can have this machine run anything.
            """
    )
    var acceptExecutables = false

    @Option(
        help: ArgumentHelp(
            "The folder where executables are kept; otherwise joblib/executables in $XDG_CACHE_HOME or ~/.cache.",
            valueName: "folder"
        )
    )
    var cache: String?

    @Option(help: ArgumentHelp("How much these may take, such as 500M or 4G.", valueName: "size"))
    var cacheLimit = "4G"

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The executable, the same as the coordinator's, and its arguments.", valueName: "program")
    )
    var program: [String] = []

    func check() throws {
        if let slots = self.slots {
            guard let count = Int(slots), 1...Greeting.maximumSlots ~= count else {
                throw ValidationError("--slots '\(slots)' is no number of workers; write 1 to \(Greeting.maximumSlots)")
            }
        }
        guard 1...Self.longestStart ~= self.startLimit else {
            throw ValidationError("--start-limit \(self.startLimit) makes no sense; write 1 to \(Self.longestStart)")
        }
        guard !self.acceptExecutables || self.program.isEmpty else {
            throw ValidationError(
                "a program is named, so no other one is accepted; leave out --accept-executables, or the program"
            )
        }
    }

    static func address(_ text: String) throws -> HostAddress {
        do throws(ParallelError) { return try HostAddress(text) } catch { throw ValidationError(error.detail) }
    }

    /// What is to be done, which nothing has begun of yet.
    ///
    /// - Throws: `WorkerFailure`, `ParallelError` where something is missing, or wrong.
    func plan(_ kind: HostRequest.Kind, _ address: String) throws -> HostPlan {
        #if TCP
        let choice = try CredentialsChoice(tokenFile: self.tokenFile)
        let request = HostRequest(
            kind: kind,
            address: try Self.address(address),
            slots: self.slots,
            tokenFile: choice.tokenFile
        )
        let startLimit = UInt64(self.startLimit) * 1_000_000_000
        if let name = self.program.first {
            let program = try ProgramFile(named: name).path
            let arguments = Array(self.program.dropFirst())
            return .keep(HostKeeper(request, program: program, arguments: arguments, .init(startLimit: startLimit)))
        }
        guard self.acceptExecutables else {
            throw WorkerFailure(
                status: ExitStatus.usage,
                detail:
                    "no program; start joblib-worker with --accept-executables, or name the program, the same as the "
                    + "coordinator's, behind --: -- ./my-program"
            )
        }
        let cache = try CacheChoice(folder: self.cache, limit: self.cacheLimit).open()
        return .receive(ExecutableKeeper(request, choice.credentials, cache: cache, startLimit: startLimit))
        #else
        throw WorkerFailure.withoutNetworks
        #endif
    }
}
