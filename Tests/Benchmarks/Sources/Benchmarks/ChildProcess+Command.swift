// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ChildProcess {
    /// Runs a command to its end, and returns what it printed.
    static func output(
        of arguments: [String],
        environment: [String] = [],
        within limit: Duration = .seconds(30)
    ) throws -> String {
        let process = try ChildProcess(arguments, environment: environment)
        defer { process.end(patience: .zero) }
        let (output, errors, status) = try process.finish(within: limit)
        guard status == 0 else {
            // Compilers say it first, Python last.
            let lines = (errors + output).split(separator: "\n")
            let line = lines.first { $0.contains("error") } ?? lines.last ?? "status \(status)"
            throw Failure("\(line.prefix(200))")
        }
        return output
    }
}
