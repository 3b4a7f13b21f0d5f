// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import JoblibCore
import JoblibPOSIX

/// The program `joblib-worker`: what it can be asked for.
@main
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "joblib-worker",
        abstract: "Keeps a host of the backend tcp running, and shows how a cluster is.",
        discussion: """
            A host is a program with workers for other machines: the very executable that calls them. joblib-worker starts it, starts it \
            again when it dies, and has it finish what it has begun on SIGTERM. Nobody takes part without the cluster's token.

            Once, and copied to every machine:
              umask 077; joblib-worker token new >token
            On each host:
              joblib-worker listen 0.0.0.0:7077 --token-file token -- ./my-program
            """,
        subcommands: [
            AuthorityCommand.self, ListenCommand.self, DialCommand.self, StatusCommand.self, TokenCommand.self,
        ]
    )

    static func main() {
        do {
            var command = try self.parseAsRoot()
            try command.run()
            self.exit()
        } catch let failure as WorkerFailure {
            StandardStream.error.write("joblib-worker: \(failure.detail)\n")
            self.exit(withError: ExitCode(failure.status))
        } catch let error as ParallelError {
            StandardStream.error.write("joblib-worker: \(error.detail)\n")
            self.exit(withError: ExitCode(ExitStatus.configuration))
        } catch {
            self.exit(withError: error)
        }
    }
}
