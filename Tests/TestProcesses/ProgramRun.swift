// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Dispatch
package import Foundation

/// What came of a program that a test ran.
package struct ProgramRun: Sendable {
    /// The exit code, or the number of the signal that ended it, negated.
    package let status: Int32

    /// What it wrote to both of its output streams, in one piece.
    package let output: String

    /// Runs a program to its end, without blocking a thread of the cooperative pool.
    ///
    /// - Parameters:
    ///   - program: The executable.
    ///   - arguments: Its arguments.
    /// - Returns: How it ended and what it said.
    /// - Throws: What keeps it from starting.
    package static func run(_ program: URL, _ arguments: [String] = []) async throws -> ProgramRun {
        try await self.runInTurn(program, [arguments])[0]
    }

    /// Runs a program once for each list of arguments, one after the other.
    ///
    /// The runs do not come back to the cooperative pool in between, which other tests may keep busy for long.
    ///
    /// - Parameters:
    ///   - program: The executable.
    ///   - argumentLists: The arguments of each run.
    /// - Returns: How each run ended and what it said.
    /// - Throws: What keeps it from starting.
    package static func runInTurn(_ program: URL, _ argumentLists: [[String]]) async throws -> [ProgramRun] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global()
                .async {
                    continuation.resume(with: Result { try argumentLists.map { try Self.runBlocking(program, $0) } })
                }
        }
    }

    private static func runBlocking(_ program: URL, _ arguments: [String]) throws -> ProgramRun {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        // Read first: a program that fills the pipe does not end.
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let status = process.terminationStatus
        return ProgramRun(
            status: process.terminationReason == .exit ? status : -status,
            output: String(decoding: output, as: UTF8.self)
        )
    }
}
