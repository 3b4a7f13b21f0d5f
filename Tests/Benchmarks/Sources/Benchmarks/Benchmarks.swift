// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser

/// Measures our loops and what there is besides them.
@main
struct Benchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Compares our loops with those of other libraries, on this machine.",
        subcommands: [MeasureCommand.self, InstallCommand.self],
        defaultSubcommand: MeasureCommand.self
    )
}
