// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import JoblibPOSIX

#if TCP
import JoblibTCP
#endif

/// What there is to do with tokens.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes tokens, which let in whoever has them.",
        subcommands: [NewTokenCommand.self]
    )
}

/// Prints a new token.
struct NewTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Prints a new token.",
        discussion: """
            Keep it in a file that you alone can read, and copy it to every host as you would a key:
              umask 077; joblib-worker token new >token
            """
    )

    func run() throws {
        #if TCP
        StandardStream.output.write(ClusterToken.generate().secretText + "\n")
        if StandardStream.output.isTerminal {
            StandardStream.error.write("joblib-worker: keep it in a file: umask 077; joblib-worker token new >token\n")
        }
        #else
        throw WorkerFailure.withoutNetworks
        #endif
    }
}
