// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import WordCount

#if TCP
import JoblibTCP
#endif

/// Prints a new token.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Prints a new token, which lets in whoever has it."
    )

    func run() throws {
        #if TCP
        try StandardStream.output.write(ClusterToken.generate().secretText + "\n")
        #else
        throw Unavailable()
        #endif
    }
}
