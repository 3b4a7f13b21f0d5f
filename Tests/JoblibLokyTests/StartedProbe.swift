// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import TestProcesses
import Testing

/// A `loky-probe` that runs, and is ended by its test.
final class StartedProbe {
    private let process = Process()
    private let output = Pipe()
    private var text = ""

    /// Starts it.
    ///
    /// - Parameter arguments: Its arguments, with blanks between them.
    /// - Throws: What keeps it from starting.
    init(_ arguments: String) throws {
        self.process.executableURL = BuildProducts.program("loky-probe")
        self.process.arguments = arguments.split(separator: " ").map(String.init)
        // The runtime's own report of a crash takes its time.
        self.process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        self.process.standardOutput = self.output
        self.process.standardError = FileHandle.nullDevice
        try self.process.run()
    }

    /// Waits until it has written so many lines with a prefix.
    ///
    /// - Throws: When it ends before.
    func lines(_ count: Int, beginningWith prefix: String) throws -> [Substring] {
        while true {
            let lines = self.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .filter { $0.hasPrefix(prefix) }
            if lines.count >= count { return lines }
            let data = self.output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "it ended too early: \(self.text)")
            self.text += String(decoding: data, as: UTF8.self)
        }
    }

    /// The numbers at the ends of such lines.
    func pids(_ count: Int, beginningWith prefix: String) throws -> [pid_t] {
        let pids = try self.lines(count, beginningWith: prefix)
            .compactMap { $0.split(separator: " ").last.flatMap { pid_t($0) } }
        try #require(pids.count == count && Set(pids).count == count, "\(self.text)")
        return pids
    }

    func send(_ signal: Int32) { kill(self.process.processIdentifier, signal) }

    /// Waits until it has ended.
    ///
    /// - Returns: The exit code, or the number of the signal that ended it, negated.
    func wait() -> Int32 {
        self.process.waitUntilExit()
        let status = self.process.terminationStatus
        return self.process.terminationReason == .exit ? status : -status
    }

    deinit { if self.process.isRunning { self.send(SIGKILL) } }
}
