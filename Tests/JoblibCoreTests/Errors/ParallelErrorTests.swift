// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct ParallelErrorTests {
    @Test("The text is the code and the detail")
    func description() {
        let error = ParallelError(.unknownBackend, "'x' is not registered")
        #expect(error.description == "unknownBackend: 'x' is not registered")
        #expect("\(error)" == error.description)
    }

    @Test("Codes are open: a backend's own is a code like any other")
    func openCodes() {
        #expect(ParallelError.Code("unknownBackend") == .unknownBackend)
        #expect(ParallelError.Code("mine") != .unknownBackend)
        #expect(ParallelError(ParallelError.Code("mine"), "d").description == "mine: d")
    }

    @Test("Every code has the name of its constant, and no other code's")
    func names() {
        let codes: [(ParallelError.Code, String)] = [
            (.unknownBackend, "unknownBackend"), (.invalidNJobs, "invalidNJobs"),
            (.invalidPreDispatch, "invalidPreDispatch"), (.invalidBatchSize, "invalidBatchSize"),
            (.invalidByteCount, "invalidByteCount"), (.invalidMmapMode, "invalidMmapMode"),
            (.invalidArgument, "invalidArgument"), (.inconsistentHints, "inconsistentHints"),
            (.sharedMemoryRequired, "sharedMemoryRequired"), (.unsupportedOption, "unsupportedOption"),
            (.taskNotPortable, "taskNotPortable"), (.noWorkers, "noWorkers"), (.startupFailed, "startupFailed"),
            (.resourceExhausted, "resourceExhausted"), (.cancelled, "cancelled"),
        ]
        for (code, name) in codes { #expect(code.description == name) }
    }

    @Test("A cancelled call says how many tasks were done, any other error nothing")
    func completedCount() {
        #expect(ParallelError(.noWorkers, "").completedTasks == nil)
        let error = ParallelError(.cancelled, "").completed(3)
        #expect(error.completedTasks == 3)
        #expect(error.completedResults(of: Int.self).isEmpty)
    }

    @Test("A cancelled call's results are handed out to who asks for their type")
    func completedResults() {
        let error = ParallelError(.cancelled, "x").completed([(index: 1, output: "b"), (index: 4, output: "e")])
        #expect(error.completedTasks == 2)
        #expect(error.completedResults(of: String.self).map(\.index) == [1, 4])
        #expect(error.completedResults(of: String.self).map(\.output) == ["b", "e"])
        #expect(error.completedResults(of: Int.self).isEmpty)
        #expect(error.detail == "x")
    }
}
