// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// With what status the program ends; numbers of sysexits(3), as hosts have them.
enum ExitStatus {
    /// A wrong value on the command line, EX_USAGE.
    static let usage: Int32 = 64

    /// What is needed is not there, EX_UNAVAILABLE.
    static let unavailable: Int32 = 69

    /// The host cannot be what it was asked to be, and trying again would not change it, EX_CONFIG.
    static let configuration: Int32 = 78

    /// SIGTERM came again while the host finished what it had begun: 128 and the number of SIGTERM.
    static let endedAtOnce: Int32 = 143
}

/// Why the program ends, in one line.
struct WorkerFailure: Error, Equatable {
    let status: Int32

    /// What is wrong, and what to do about it.
    let detail: String

    /// What it says where the package was built without its trait `TCP`.
    static let withoutNetworks = WorkerFailure(
        status: ExitStatus.unavailable,
        detail:
            "built without the trait TCP, and so without networks; build it with: swift build --traits TCP --product joblib-worker"
    )
}
