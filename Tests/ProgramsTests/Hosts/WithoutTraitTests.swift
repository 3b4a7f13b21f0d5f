// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if !TCP

import Testing

@Suite("joblib-hosts without the trait TCP", .timeLimit(.minutes(1)))
struct WithoutTraitTests {
    @Test("says how to build it with, and ends with status 69", arguments: [["--workers", "a:1", "x"], ["token"]])
    func says(_ arguments: [String]) throws {
        let outcome = try Program.hosts.run(arguments, in: TemporaryDirectory())
        #expect(outcome.status == 69)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.error.contains("swift run --traits TCP joblib-hosts"), "\(outcome.error)")
    }

    @Test("joblib-worker says so as well", arguments: [["token", "new"], ["listen", "127.0.0.1:0", "--", "x"]])
    func worker(_ arguments: [String]) throws {
        let outcome = try Program.worker.run(arguments, in: TemporaryDirectory())
        #expect(outcome.status == 69)
        #expect(outcome.error.contains("--traits TCP --product joblib-worker"), "\(outcome.error)")
    }

    @Test(
        "Started as a host, a program that does not link JoblibTCP says so and ends with status 69",
        arguments: ["JOBLIB_WORKER_LISTEN", "JOBLIB_WORKER_DIAL"],
        [Program.hosts.name, Program.wordcount.name]
    )
    func host(variable: String, program: String) throws {
        let outcome = try Program(name: program)
            .run([], in: TemporaryDirectory(), environment: [variable: "127.0.0.1:7077"])
        #expect(outcome.status == 69)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains(variable) && outcome.error.contains("JoblibTCP"), "\(outcome.error)")
    }
}

#endif
