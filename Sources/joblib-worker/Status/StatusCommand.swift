// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import JoblibCluster
import JoblibCore
import JoblibPOSIX

#if TCP
import JoblibTCP
#endif

/// Shows how a cluster is.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows hosts, workers, tasks, bytes and round trips.",
        discussion: """
            Asks a coordinator that listens, which tells of all its hosts, or a host, which tells of itself. Bytes are those that a host has \
            received and sent over its connection. On a terminal the table is drawn anew each time; otherwise each table follows the last one.
            """
    )

    @Argument(help: "Where the coordinator or the host listens, such as 10.0.0.5:7077.")
    var address: String

    @Option(help: ArgumentHelp("Seconds between two looks, from 0.1 to 60.", valueName: "seconds"))
    var interval = 1.0

    @Flag(help: "Print one table, and end.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "The file with the cluster's token; otherwise JOBLIB_TOKEN_FILE names it.",
            valueName: "file"
        )
    )
    var tokenFile: String?

    func validate() throws {
        _ = try HostOptions.address(self.address)
        guard 0.1...60 ~= self.interval else {
            throw ValidationError("--interval \(self.interval) is not between 0.1 and 60 seconds")
        }
    }

    func run() throws {
        #if TCP
        let credentials = try CredentialsChoice(tokenFile: self.tokenFile).credentials
        let isLive = StandardStream.output.isTerminal && !self.once
        do {
            try ClusterObserver.follow(self.address, credentials, every: .seconds(self.interval)) { status in
                let lines = StatusTable(status).lines
                if isLive {
                    // The cursor to the top left, each line's rest and what is below erased: nothing flickers.
                    let rows = StandardStream.output.size?.rows ?? 24
                    let shown = lines.prefix(max(1, rows - 1)).joined(separator: "\u{1b}[K\n")
                    StandardStream.output.write("\u{1b}[H\(shown)\u{1b}[K\n\u{1b}[J")
                } else {
                    StandardStream.output.write(lines.joined(separator: "\n") + (self.once ? "\n" : "\n\n"))
                }
                return !self.once
            }
        } catch let error as ParallelError where error.code == .noWorkers {
            throw WorkerFailure(status: ExitStatus.unavailable, detail: error.detail)
        }
        #else
        throw WorkerFailure.withoutNetworks
        #endif
    }
}
