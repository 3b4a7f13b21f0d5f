// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestProcesses
import Testing

/// One compiler at a time, so that the other tests keep a processor.
@Suite("A program that races", .serialized, .timeLimit(.minutes(2)))
struct CompileFailureTests {
    @Test("is refused, with the errors announced in it", arguments: RacingProgram.all)
    func isRefused(_ program: RacingProgram) async throws {
        guard let compiler = SwiftCompiler() else { return SwiftCompiler.requirement.reportMissing() }
        let run = try await compiler.verifyRace(in: program.file)
        #expect(run.status == 0, "\(run.output)")
    }

    /// Else a program could be refused for a misspelling.
    @Test("compiles once the race is taken out", arguments: RacingProgram.all)
    func compilesWithoutRace(_ program: RacingProgram) async throws {
        guard let compiler = SwiftCompiler() else { return SwiftCompiler.requirement.reportMissing() }
        let run = try await compiler.compileWithoutRace(program.file)
        #expect(run.status == 0, "\(run.output)")
    }

    @Test("announces at least one error", arguments: RacingProgram.all)
    func announcesError(_ program: RacingProgram) throws {
        #expect(try String(contentsOf: program.file, encoding: .utf8).contains("// expected-error"))
    }

    @Test("is there for each form of a loop")
    func formsAreComplete() {
        let forms: Set = [
            "CallAsFunction", "Run", "Results", "Map", "ForEach", "Reduce", "ForEachChunk", "WithPool",
            "CallAsFunctionReturnAs", "RunReturnAs", "ResultsReturnAs",
            "AsyncCallAsFunction", "AsyncRun", "AsyncResults", "AsyncMap", "AsyncForEach", "AsyncReduce",
            "AsyncForEachChunk", "AsyncWithPool", "AsyncBodyMap", "AsyncBodyForEach",
            "Delayed", "Observer", "ParallelConfig", "RegisterParallelBackend", "CancellingOnInterrupt",
        ]
        #expect(Set(RacingProgram.all.map(\.form)) == forms)
    }
}
