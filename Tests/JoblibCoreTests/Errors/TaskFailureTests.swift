// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct TaskFailureTests {
    @Test(
        "A failure says in one line which task, with what, how and why",
        arguments: [
            (3, "", .threw, 1, "task 3 threw: oh no"),
            (3, "1, \"b\"", .threw, 1, "task 3 (1, \"b\") threw: oh no"),
            (0, "x", .timedOut, 2, "task 0 (x) timed out at attempt 2: oh no"),
            (9, "", .terminated(signal: 11), 1, "task 9 terminated by signal 11: oh no"),
            (9, "", .exited(code: 3), 4, "task 9 exited with status 3 at attempt 4: oh no"),
        ] as [(Int, String, TaskFailure.Reason, Int, String)]
    )
    func description(index: Int, arguments: String, reason: TaskFailure.Reason, attempt: Int, text: String) {
        let failure = TaskFailure(
            index: index,
            arguments: arguments,
            underlyingError: OhNo(),
            reason: reason,
            worker: TaskFailure.Worker(host: "here", pid: 7),
            attempt: attempt,
            remoteTrace: nil
        )
        #expect(failure.description == text)
        #expect(failure.worker.description == "here:7")
    }

    @Test("A signal and a status can be read, each from its own reason alone")
    func reasonAccessors() {
        let killed = TaskFailure.Reason.terminated(signal: 9)
        #expect(killed.signal == 9 && killed.exitCode == nil && killed.name == "terminated")
        let quarantined = TaskFailure.Reason.quarantined(signal: 9)
        #expect(quarantined.signal == 9 && quarantined.name == "quarantined" && quarantined != killed)
        #expect(TaskFailure.Reason(name: "quarantined", signal: 9, exitCode: -1) == quarantined)
        let exited = TaskFailure.Reason.exited(code: 9)
        #expect(exited.signal == nil && exited.exitCode == 9 && exited.name == "exited")
        #expect(TaskFailure.Reason.threw.signal == nil && TaskFailure.Reason.threw.exitCode == nil)
    }

    @Test("Reasons are equal when all they say is")
    func reasonEquality() {
        #expect(TaskFailure.Reason.terminated(signal: 9) == .terminated(signal: 9))
        #expect(TaskFailure.Reason.terminated(signal: 9) != .terminated(signal: 11))
        #expect(TaskFailure.Reason.exited(code: 0) != TaskFailure.Reason("exited"))
        #expect(TaskFailure.Reason("threw") == .threw)
        let reasons: Set<TaskFailure.Reason> = [.threw, .timedOut, .notEncodable, .notDecodable, .notPortable]
        #expect(reasons.count == 5)
    }

    @Test("A reason's text is its name")
    func reasonDescription() {
        #expect(TaskFailure.Reason.notPortable.description == "notPortable")
        #expect(TaskFailure.Reason("lost its way").description == "lost its way")
        #expect(TaskFailure.Reason.timedOut.description == "timed out")
        #expect(TaskFailure.Reason.timedOut.name == "timedOut")
    }

    @Test("A time limit that was passed is named")
    func timeout() {
        #expect(TaskTimeout(limit: .milliseconds(1500)).description == "ran longer than its limit of 1.5 seconds")
    }
}

private struct OhNo: Error, CustomStringConvertible {
    let description = "oh no"
}
