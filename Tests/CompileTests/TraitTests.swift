// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if !TCP

import Foundation
import TestProcesses
import Testing

@Suite("A program that registers the backend tcp, without the trait TCP", .timeLimit(.minutes(2)))
struct TraitTests {
    @Test("is refused with what to write into the manifest")
    func isRefused() async throws {
        guard let compiler = SwiftCompiler() else { return SwiftCompiler.requirement.reportMissing() }
        let program = FileManager.default.temporaryDirectory.appending(path: "trait-\(UUID().uuidString).swift")
        try Data("import JoblibTCP\nfunc start() { registerTCPBackend() }\n".utf8).write(to: program)
        defer { try? FileManager.default.removeItem(at: program) }
        let run = try await compiler.compile([program], [])[0]
        #expect(run.status != 0)
        #expect(run.output.contains("error: 'registerTCPBackend()' is unavailable"), "\(run.output)")
        #expect(run.output.contains("depend on swift-joblib with the trait TCP"), "\(run.output)")
        #expect(run.output.contains("traits: [\"TCP\"]"), "\(run.output)")
        #expect(run.output.components(separatedBy: ": error:").count == 2, "\(run.output)")
    }
}

#endif
