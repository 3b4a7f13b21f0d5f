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

    /// Compiles a program that contains a race, and compares the errors with those announced in its comments.
    ///
    /// - Throws: What keeps the compiler from starting.
    func verifyRace(in program: URL) async throws -> ProgramRun {
        try await self.compile(
            program,
            [
                "-D", "RACE", "-Xfrontend", "-verify",
                // Notes that point into this package or the standard library.
                "-Xfrontend", "-verify-ignore-unknown", "-Xfrontend", "-verify-ignore-unrelated",
            ]
        )
    }

    /// Compiles the same program without its race.
    ///
    /// - Throws: What keeps the compiler from starting.
    func compileWithoutRace(_ program: URL) async throws -> ProgramRun {
        try await self.compile(program, ["-warnings-as-errors"])
    }

    private func compile(_ file: URL, _ arguments: [String]) async throws -> ProgramRun {
        let build = BuildProducts.directory
        let moduleMap = build.appending(path: "CJoblibPOSIX.build/module.modulemap")
        return try await ProgramRun.run(
            self.program,
            [
                // Not `-typecheck`: who owns a value that was sent is found out later, in SIL.
                "-emit-sil", "-o", "/dev/null", "-parse-as-library", "-swift-version", "6",
                "-I", build.appending(path: "Modules").path, "-Xcc", "-fmodule-map-file=\(moduleMap.path)",
                // Its own, since a cache serves one spelling of the build's path only.
                "-module-cache-path", build.appending(path: "CompileTests.cache").path,
            ] + arguments + [file.path]
        )
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
