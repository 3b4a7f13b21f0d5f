// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestProcesses

/// The compiler of the toolchain that built these tests, as a program outside this package would use it.
struct SwiftCompiler {
    static let requirement = Requirement("swiftc", enforcedBy: "REQUIRE_COMPILE_TESTS")

    private let program: URL

    /// Finds it beside the runtime that these tests run on, else on the PATH.
    init?() {
        let candidates = [Self.besideRuntime].compactMap(\.self) + Self.onPath
        guard let program = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            return nil
        }
        self.program = program
    }

    /// Compiles programs that contain a race, and compares the errors with those announced in their comments.
    ///
    /// - Throws: What keeps the compiler from starting.
    func verifyRaces(in programs: [RacingProgram]) async throws -> [ProgramRun] {
        // Ignored are notes that point into this package or the standard library.
        let verify = ["-verify", "-verify-ignore-unknown", "-verify-ignore-unrelated"]
        return try await self.compile(programs.map(\.file), ["-D", "RACE"] + verify.flatMap { ["-Xfrontend", $0] })
    }

    /// Compiles the same programs without the race.
    ///
    /// - Throws: What keeps the compiler from starting.
    func compileWithoutRaces(_ programs: [RacingProgram]) async throws -> [ProgramRun] {
        try await self.compile(programs.map(\.file), ["-warnings-as-errors"])
    }

    /// Compiles programs, each of one file, against the modules of this build.
    ///
    /// - Throws: What keeps the compiler from starting.
    func compile(_ programs: [URL], _ options: [String]) async throws -> [ProgramRun] {
        let build = BuildProducts.directory
        let arguments = [
            // Not `-typecheck`: who owns a value that was sent is found out later, in SIL.
            "-emit-sil", "-o", "/dev/null", "-parse-as-library", "-swift-version", "6",
            "-I", build.appending(path: "Modules").path,
            "-Xcc", "-fmodule-map-file=\(build.appending(path: "CJoblibPOSIX.build/module.modulemap").path)",
            // Its own, since a cache serves one spelling of the build's path only.
            "-module-cache-path", build.appending(path: "CompileTests.cache").path,
        ]
        return try await ProgramRun.runInTurn(self.program, programs.map { arguments + options + [$0.path] })
    }

    // MARK: - Where it is

    private static var besideRuntime: URL? {
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return nil }
        for line in maps.split(separator: "\n") {
            guard line.hasSuffix("/libswiftCore.so"), let start = line.firstIndex(of: "/") else { continue }
            // <toolchain>/usr/lib/swift/linux/libswiftCore.so
            return URL(fileURLWithPath: String(line[start...])).appending(path: "../../../../bin/swiftc").standardized
        }
        return nil
    }

    private static var onPath: [URL] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { URL(fileURLWithPath: String($0)).appending(path: "swiftc") }
    }
}
