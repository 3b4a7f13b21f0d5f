// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestProcesses
import Testing

@Suite("A program with the core and threads alone", .timeLimit(.minutes(1)))
struct LinkageTests {
    private static let ldd = URL(fileURLWithPath: "/usr/bin/ldd")
    private static let requirement = Requirement("ldd", enforcedBy: "REQUIRE_LDD")

    private let probe = BuildProducts.program("linkage-probe")

    /// Foundation costs 4 ms at each start of a process, and every worker would pay it.
    @Test("links no Foundation")
    func linksNoFoundation() async throws {
        guard let libraries = try await self.linkedLibraries() else { return Self.requirement.reportMissing() }
        #expect(libraries.names.filter { $0.contains("Foundation") } == [])
    }

    /// Libraries of the Swift runtime are let through by name; with its concurrency comes libdispatch.
    @Test("links the system and the Swift runtime, and nothing else")
    func linksRuntimeOnly() async throws {
        guard let libraries = try await self.linkedLibraries() else { return Self.requirement.reportMissing() }
        #expect(libraries.names.filter { !LinkedLibraries.isExpected($0) } == [])
    }

    private func linkedLibraries() async throws -> LinkedLibraries? {
        guard FileManager.default.isExecutableFile(atPath: Self.ldd.path) else { return nil }
        let run = try await ProgramRun.run(Self.ldd, [self.probe.path])
        try #require(run.status == 0, "\(run.output)")
        let libraries = LinkedLibraries(ldd: run.output)
        // Else an empty list would pass.
        try #require(libraries.names.contains { $0.hasPrefix("libswiftCore.") }, "\(run.output)")
        return libraries
    }

    @Test("runs its loop")
    func runs() async throws {
        let run = try await ProgramRun.run(self.probe)
        #expect(run.status == 0)
        #expect(run.output == "285\n")
    }

    @Test("is told the module and the call when the backend is not registered")
    func unregistered() async throws {
        let run = try await ProgramRun.run(self.probe, ["--unregistered"])
        #expect(run.status == 0)
        #expect(run.output.contains("JoblibThreading"), "\(run.output)")
        #expect(run.output.contains("registerThreadingBackend()"), "\(run.output)")
    }
}

/// What `ldd` says of a program.
struct LinkedLibraries {
    let names: [String]

    init(ldd output: String) {
        self.names = output.split(separator: "\n")
            .compactMap { line in
                // "\tlibm.so.6 => /lib/libm.so.6 (0x…)" or "\t/lib64/ld-linux-x86-64.so.2 (0x…)"
                let name = line.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
                return name.split(separator: "/").last.map(String.init)
            }
    }

    static func isExpected(_ name: String) -> Bool {
        let system = ["linux-vdso", "ld-linux", "libc.", "libm.", "libpthread.", "librt.", "libdl.", "libutil."]
        let compiler = ["libgcc_s.", "libstdc++.", "libatomic.", "libasan.", "libtsan."]
        let swift = ["libswift", "libdispatch.", "libBlocksRuntime."]
        return (system + compiler + swift).contains { name.hasPrefix($0) }
    }
}

@Suite("The list that ldd prints", .timeLimit(.minutes(1)))
struct LinkedLibrariesTests {
    @Test("is read in both of its forms")
    func forms() {
        let output = """
            \tlinux-vdso.so.1 (0x00007ffd)
            \tlibFoundation.so => /opt/swift/usr/lib/swift/linux/libFoundation.so (0x00007f12)
            \tlibgone.so => not found
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f13)
            """
        let names = LinkedLibraries(ldd: output).names
        #expect(names == ["linux-vdso.so.1", "libFoundation.so", "libgone.so", "ld-linux-x86-64.so.2"])
        #expect(names.filter { !LinkedLibraries.isExpected($0) } == ["libFoundation.so", "libgone.so"])
    }
}
