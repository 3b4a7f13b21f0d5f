// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import WordCount

/// The program `joblib-hosts`: what it can be asked for.
@main
struct HostsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "joblib-hosts",
        abstract: "Counts lines, words and bytes of files on other hosts.",
        discussion: """
            The hosts are this very program. Each is started with JOBLIB_WORKER_LISTEN=ADDRESS, or with \
            JOBLIB_WORKER_DIAL=ADDRESS, in its environment, and never comes to its command line. All of them need the \
            same token, in a file that JOBLIB_TOKEN_FILE names; `joblib-worker token new` makes one.

            Once, and copied to every host:
              umask 077; joblib-worker token new >token
            On each host:
              JOBLIB_TOKEN_FILE=token JOBLIB_WORKER_LISTEN=0.0.0.0:7077 joblib-hosts
            Then, anywhere:
              JOBLIB_TOKEN_FILE=token joblib-hosts --workers hosta:7077,hostb:7077 *.txt

            Or have hosts started, which dial back, and are stopped in the end; there is no token to copy then:
              joblib-hosts --launch "srun -N2 --exclusive" *.txt
              joblib-hosts --launch "sbatch --array=0-7 --cpus-per-task=4" --within 3600 *.txt
              joblib-hosts --launch "mpirun -n 4 --hostfile hosts" *.txt
              joblib-hosts --launch "ssh hosta" *.txt
            """,
        subcommands: [CountCommand.self, TokenCommand.self],
        defaultSubcommand: CountCommand.self
    )

    static func main() {
        CommandLineExit.run(Self.self, statusOf: CountCommand.status)
    }
}
