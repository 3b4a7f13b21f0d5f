// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Glibc

/// Installs the peers, with the script that says what they are.
struct InstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Installs the libraries that we are compared with; Debian and Ubuntu only."
    )

    func run() throws {
        var arguments = [strdup("Peers/install"), nil]
        // In the place of this process, so that the terminal stays the script's.
        execv("Peers/install", &arguments)
        throw ValidationError("Peers/install cannot be run: start this in Tests/Benchmarks.")
    }
}
