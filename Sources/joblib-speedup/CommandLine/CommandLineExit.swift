// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser

/// How the program ends: with one line on stderr if anything went wrong, and a status that says what.
enum CommandLineExit {
    /// A wrong value on the command line, EX_USAGE of sysexits.h.
    static let usage: Int32 = 64

    /// A file that could not be written, EX_IOERR of sysexits.h.
    static let inputOutput: Int32 = 74

    /// The user pressed Ctrl-C: 128 and the number of SIGINT, as a shell reports it.
    static let interrupted: Int32 = 130

    /// Runs a command with the arguments of the process, and exits.
    static func run(_ command: (some ParsableCommand).Type) -> Never {
        do {
            var instance = try command.parse()
            try instance.run()
            command.exit(withError: ExitCode.success)
        } catch {
            self.end(command, error)
        }
    }

    private static func end(_ command: (some ParsableCommand).Type, _ error: any Error) -> Never {
        let status: Int32
        switch error {
        case let code as ExitCode:
            // Whoever threw it has said why.
            status = code.rawValue
        case is SystemError:
            StandardStream.report("\(command._commandName): \(Self.oneLine("\(error)"))\n")
            status = self.inputOutput
        default:
            status = command.exitCode(for: error).rawValue
            if status == ExitCode.success.rawValue {
                // A request for help, which goes to stdout in full.
                try? StandardStream.output.write(command.fullMessage(for: error) + "\n")
            } else {
                StandardStream.report("\(command._commandName): \(Self.oneLine(command.message(for: error)))\n")
            }
        }
        command.exit(withError: ExitCode(status))
    }

    /// Returns a message without line breaks and other control characters, which a value of the user may contain.
    static func oneLine(_ message: String) -> String {
        let scalars = message.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}
