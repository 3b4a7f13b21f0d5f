// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import ArgumentParser

/// How a program ends: with one line on stderr if anything went wrong, and a status that says what.
package enum CommandLineExit {
    /// A wrong value on the command line, EX_USAGE of sysexits.h.
    package static let usage: Int32 = 64

    /// Those who were to do the work are not there, EX_UNAVAILABLE of sysexits.h.
    package static let unavailable: Int32 = 69

    /// A file could not be read; the others were counted.
    package static let unreadable: Int32 = 1

    /// The result could not be written, EX_IOERR of sysexits.h.
    package static let inputOutput: Int32 = 74

    /// The user pressed Ctrl-C: 128 and the number of SIGINT, as a shell reports it.
    package static let interrupted: Int32 = 130

    /// Runs a command with the arguments of the process, and exits.
    ///
    /// - Parameters:
    ///   - command: The command, or the one whose subcommands it is.
    ///   - statusOf: The status for an error of a run; `nil` where the error has none of its own.
    package static func run(
        _ command: (some ParsableCommand).Type,
        statusOf: (any Error) -> Int32? = { _ in nil }
    ) -> Never {
        do {
            var instance = try command.parseAsRoot()
            try instance.run()
            command.exit(withError: ExitCode.success)
        } catch {
            self.end(command, error, statusOf(error))
        }
    }

    private static func end(_ command: (some ParsableCommand).Type, _ error: any Error, _ own: Int32?) -> Never {
        let status: Int32
        switch error {
        case let code as ExitCode:
            // Whoever threw it has said why.
            status = code.rawValue
        case is SystemError:
            StandardStream.report("\(command._commandName): \(Self.oneLine("\(error)"))\n")
            status = self.inputOutput
        default:
            status = own ?? command.exitCode(for: error).rawValue
            if status == ExitCode.success.rawValue {
                // A request for help, which goes to stdout in full.
                try? StandardStream.output.write(command.fullMessage(for: error) + "\n")
            } else {
                let message = own == nil ? command.message(for: error) : "\(error)"
                StandardStream.report("\(command._commandName): \(Self.oneLine(message))\n")
            }
        }
        command.exit(withError: ExitCode(status))
    }

    /// Returns a message without line breaks and other control characters, which a value of the user may contain.
    package static func oneLine(_ message: String) -> String {
        let scalars = message.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}
