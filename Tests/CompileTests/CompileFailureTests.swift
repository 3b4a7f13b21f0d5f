// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestProcesses
import Testing

/// One compiler at a time, so that the other tests keep a processor.
@Suite("A program that races", .serialized, .timeLimit(.minutes(5)))
struct CompileFailureTests {
    private let programs = RacingProgram.all

    @Test("is refused, with the errors announced in it")
    func isRefused() async throws {
        guard let compiler = SwiftCompiler() else { return SwiftCompiler.requirement.reportMissing() }
        for (program, run) in zip(self.programs, try await compiler.verifyRaces(in: self.programs)) {
            #expect(run.status == 0, "\(program): \(run.output)")
        }
    }

    /// Else a program could be refused for a misspelling.
    @Test("compiles once the race is taken out")
    func compilesWithoutRace() async throws {
        guard let compiler = SwiftCompiler() else { return SwiftCompiler.requirement.reportMissing() }
        for (program, run) in zip(self.programs, try await compiler.compileWithoutRaces(self.programs)) {
            #expect(run.status == 0, "\(program): \(run.output)")
        }
    }

    @Test("announces at least one error")
    func announcesError() throws {
        for program in self.programs {
            #expect(try String(contentsOf: program.file, encoding: .utf8).contains("// expected-error"), "\(program)")
        }
    }

    @Test("is there for each form of a loop")
    func formsAreComplete() {
        let forms: Set = [
            "CallAsFunction", "Run", "Results", "Map", "ForEach", "Reduce", "ForEachChunk", "WithPool",
            "CallAsFunctionReturnAs", "RunReturnAs", "ResultsReturnAs",
            "AsyncCallAsFunction", "AsyncRun", "AsyncResults", "AsyncMap", "AsyncForEach", "AsyncReduce",
            "AsyncForEachChunk", "AsyncWithPool", "AsyncBodyMap", "AsyncBodyForEach",
            "Delayed", "Observer", "ParallelConfig", "RegisterParallelBackend", "CancellingOnInterrupt", "SharedArray",
        ]
        #expect(Set(RacingProgram.all.map(\.form)) == forms)
    }
}
