// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Synchronization
import TestProcesses
import Testing

/// A run of the progress probe whose standard error is a pipe or a terminal, and whose gated tasks the test lets go.
///
/// Blocks the thread that uses it: see `Probe.use`.
final class Probe: Sendable {
    /// What the standard error of the probe is.
    enum ErrorStream: Equatable {
        case pipe
        case terminal(columns: Int)

        /// A pipe that is read when the test says so.
        case unreadPipe

        /// A pipe that nobody reads.
        case brokenPipe
    }

    private struct State {
        var errors: [UInt8] = []
        var output: [UInt8] = []
        var openStreams = 2
    }

    private let process = Process()
    private let gate: Int32
    private let errorDescriptor: Int32
    private let state = Mutex(State())

    /// Uses a probe on a thread of its own, which may block, and ends it.
    static func use(
        _ arguments: [String],
        errors: ErrorStream,
        environment: [String: String] = [:],
        _ body: @escaping @Sendable (Probe) throws -> Void
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let probe = try Probe(arguments, errors: errors, environment: environment)
                        defer { probe.end() }
                        try body(probe)
                    }
                )
            }
        }
    }

    private init(_ arguments: [String], errors: ErrorStream, environment: [String: String]) throws {
        let (gates, outputs) = (Pipe(), Pipe())
        var (parent, child): (Int32, Int32) = (-1, -1)
        switch errors {
        case .pipe, .unreadPipe, .brokenPipe:
            var ends: [Int32] = [-1, -1]
            try #require(unsafe pipe(&ends) == 0)
            (parent, child) = (ends[0], ends[1])
        case .terminal(let columns):
            var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
            try #require(unsafe openpty(&parent, &child, nil, nil, &size) == 0)
        }
        // Neither end may live on in another program that a test starts.
        _ = fcntl(parent, F_SETFD, FD_CLOEXEC)
        _ = fcntl(child, F_SETFD, FD_CLOEXEC)
        self.gate = dup(gates.fileHandleForWriting.fileDescriptor)
        self.errorDescriptor = parent
        self.process.executableURL = BuildProducts.program("progress-probe")
        self.process.arguments = arguments
        // What CI itself has set would change what is tested.
        var variables = ProcessInfo.processInfo.environment
        for name in ["CI", "NO_COLOR"] { variables[name] = nil }
        variables["TERM"] = "xterm"
        self.process.environment = variables.merging(environment) { $1 }
        self.process.standardInput = gates
        self.process.standardOutput = outputs
        self.process.standardError = FileHandle(fileDescriptor: child, closeOnDealloc: false)
        try self.process.run()
        close(child)
        try gates.fileHandleForWriting.close()
        let output = dup(outputs.fileHandleForReading.fileDescriptor)
        Thread.detachNewThread { self.read(output) { $0.output += $1 } }
        guard errors != .brokenPipe else {
            close(parent)
            self.state.withLock { $0.openStreams -= 1 }
            return
        }
        if errors != .unreadPipe { self.startReading() }
    }

    private func read(_ descriptor: Int32, _ store: (inout State, ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            // Of a terminal whose other end is closed this is EIO.
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            self.state.withLock { store(&$0, buffer[..<count]) }
        }
        close(descriptor)
        self.state.withLock { $0.openStreams -= 1 }
    }

    // MARK: - What the test does

    /// Lets tasks go.
    func letGo(_ tasks: Int = 1) {
        let bytes = [UInt8](repeating: 0, count: tasks)
        _ = unsafe write(self.gate, bytes, bytes.count)
    }

    /// Has the terminal take nothing, as Ctrl-S does.
    func stopTerminal() { self.type(0x13) }

    /// Has it take again what is written, as Ctrl-Q does.
    func startTerminal() { self.type(0x11) }

    private func type(_ byte: UInt8) {
        var byte = byte
        _ = unsafe write(self.errorDescriptor, &byte, 1)
    }

    /// Begins to read the standard error.
    func startReading() {
        Thread.detachNewThread { self.read(self.errorDescriptor) { $0.errors += $1 } }
    }

    func interrupt() { self.process.interrupt() }

    /// Gives the terminal another width.
    func resize(columns: Int) {
        var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(self.errorDescriptor, UInt(TIOCSWINSZ), &size)
    }

    /// What was written to the standard error so far.
    var errors: String { String(decoding: self.state.withLock { $0.errors }, as: UTF8.self) }

    /// What was written to the standard output so far.
    var output: String { String(decoding: self.state.withLock { $0.output }, as: UTF8.self) }

    /// Waits until what was written to the standard error is as it should be.
    func waitForErrors(_ condition: (String) -> Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !condition(self.errors) {
            try #require(
                ContinuousClock.now < deadline,
                "the standard error is \(self.errors.debugDescription)",
                sourceLocation: sourceLocation
            )
            usleep(5000)
        }
    }

    /// Waits until the probe has printed a text to its standard output.
    func waitForOutput(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !self.output.contains(text) {
            try #require(
                ContinuousClock.now < deadline,
                "\(self.output.debugDescription)",
                sourceLocation: sourceLocation
            )
            usleep(5000)
        }
    }

    /// Waits until the process has ended, whatever is still to be read of it.
    func waitForExit(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while self.process.isRunning {
            try #require(ContinuousClock.now < deadline, "the probe does not end", sourceLocation: sourceLocation)
            usleep(5000)
        }
    }

    /// Waits for the end, and expects an exit code, or a signal that is negated.
    func expectEnd(_ expected: Int32, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while self.process.isRunning || self.state.withLock({ $0.openStreams }) > 0 {
            try #require(ContinuousClock.now < deadline, "the probe does not end", sourceLocation: sourceLocation)
            usleep(5000)
        }
        let status = self.process.terminationStatus
        #expect(
            (self.process.terminationReason == .exit ? status : -status) == expected,
            "\(self.errors)",
            sourceLocation: sourceLocation
        )
    }

    private func end() {
        if self.process.isRunning { kill(self.process.processIdentifier, SIGKILL) }
        close(self.gate)
    }
}
