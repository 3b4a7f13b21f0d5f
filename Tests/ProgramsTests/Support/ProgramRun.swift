// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A program that runs in a child process.
final class ProgramRun {
    private let process = Process()
    private let outputFile: URL
    private let errorFile: URL
    private var terminal: Terminal?
    private let isOutputOnTerminal: Bool

    init(
        _ name: String,
        _ arguments: [String],
        in directory: TemporaryDirectory,
        environment: [String: String],
        onTerminal: Bool = false,
        outputRows: Int? = nil
    ) throws {
        self.isOutputOnTerminal = outputRows != nil
        // Files, not pipes: nobody needs to empty them while the program runs.
        self.outputFile = directory.url.appendingPathComponent("stdout.\(UUID().uuidString)")
        self.errorFile = directory.url.appendingPathComponent("stderr.\(UUID().uuidString)")
        try Data().write(to: self.outputFile)
        try Data().write(to: self.errorFile)
        self.process.executableURL = Program.directory.appendingPathComponent(name)
        self.process.arguments = arguments
        self.process.currentDirectoryURL = directory.url
        self.process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        self.process.standardInput = FileHandle.nullDevice
        self.process.standardOutput = try FileHandle(forWritingTo: self.outputFile)
        self.process.standardError = try FileHandle(forWritingTo: self.errorFile)
        if onTerminal || outputRows != nil {
            let terminal = try Terminal()
            self.terminal = terminal
            if onTerminal { self.process.standardError = terminal.child }
            if let outputRows {
                terminal.resize(rows: outputRows)
                self.process.standardOutput = terminal.child
            }
        }
        try Self.withAllSignals { try self.process.run() }
        try self.terminal?.child.close()
    }

    /// Calls a closure on a thread that blocks no signal, which its child processes inherit.
    private static func withAllSignals(_ body: () throws -> Void) rethrows {
        // Tests run on threads of Dispatch, which block SIGINT among others.
        var none = sigset_t()
        var previous = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        try body()
    }

    /// Waits until the program has written a text to its terminal.
    func waitForTerminal(toShow text: String) {
        self.terminal?.read { $0.contains(text) }
    }

    /// Waits until what it has written to its terminal is as it is to be; returns all of it.
    func waitForTerminal(until condition: (String) -> Bool) -> String {
        self.terminal?.read(until: condition)
        return self.terminal?.transcript ?? ""
    }

    /// Has its terminal have so many rows.
    func resizeTerminal(rows: Int) { self.terminal?.resize(rows: rows) }

    /// What it has written to stderr so far, where that is no terminal.
    var errorText: String { (try? String(contentsOf: self.errorFile, encoding: .utf8)) ?? "" }

    /// Sends SIGINT, as Ctrl-C does.
    func interrupt() {
        kill(self.process.processIdentifier, SIGINT)
    }

    /// Waits for the end of the program.
    func outcome() -> Program.Outcome {
        self.terminal?.read { _ in false }
        self.process.waitUntilExit()
        let transcript = self.terminal?.transcript
        return Program.Outcome(
            // A signal that ended the program reads as a shell reports it.
            status: self.process.terminationReason == .exit
                ? self.process.terminationStatus : 128 + self.process.terminationStatus,
            output: self.isOutputOnTerminal
                ? Data((transcript ?? "").utf8) : (try? Data(contentsOf: self.outputFile)) ?? Data(),
            error: (self.isOutputOnTerminal ? nil : transcript) ?? self.errorText
        )
    }
}
