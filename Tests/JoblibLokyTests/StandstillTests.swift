// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import Testing

@testable import JoblibLoky

@Suite("Workers that a signal has stopped", .timeLimit(.minutes(2)), .serialized)
struct StandstillTests {
    /// A second of each: `T` stopped, `R` at work, `-` a minute without a look.
    @Test(
        "Two looks in a row give one up, unless it went on in between or the second is late",
        arguments: [("T", false), ("TT", true), ("TRT", false), ("T-T", false), ("T-TT", true), ("RR", false)]
    )
    func rule(_ looks: String, _ isGivenUp: Bool) {
        var standstill = Standstill()
        var now: UInt64 = 0
        var verdicts: [Bool] = []
        for look in looks {
            now += (look == "-" ? 60 : 1) * Standstill.interval
            if look != "-" { verdicts.append(standstill.note(isStopped: look == "T", now: now)) }
        }
        #expect(verdicts.popLast() == isGivenUp)
        #expect(!verdicts.contains(true))
    }

    @Test("The task that has stopped its worker fails by name, with or without a limit", arguments: [nil, 1])
    func culprit(_ limit: Int?) throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { unlink(path) }
        let call = Parallel(nJobs: 2, backend: .loky, timeout: limit.map { .seconds($0) })
        let start = ContinuousClock.now
        for (index, result) in try call.results(Self.tasks(stops: 100, path)).enumerated() {
            switch result {
            case .success(let output): #expect(output == index && index != 3)
            case .failure(let failure):
                #expect(failure.index == 3 && index == 3 && failure.reason == .quarantined(signal: SIGKILL))
                #expect("\(failure)".contains("a signal had stopped it"), "\(failure)")
            }
        }
        // Three attempts, for each of which two looks are enough.
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(try Self.size(path) == 3)
        try expectHealth()
    }

    @Test("So it fails at once where it may not run again")
    func once() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { unlink(path) }
        let call = Parallel(nJobs: 2, backend: .loky, backendParams: [.idempotent(false)])
        let failure = try taskFailure { try call(Self.tasks(stops: 1, path)) }
        #expect(failure.index == 3 && failure.reason == .terminated(signal: SIGKILL) && failure.attempt == 1)
        #expect("\(failure)".contains("a signal had stopped it"), "\(failure)")
        try expectHealth()
    }

    @Test("A task whose worker was stopped once runs again")
    func again() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        defer { unlink(path) }
        #expect(try loky(Self.tasks(stops: 1, path)) == Array(0..<8))
        #expect(try Self.size(path) == 2)
    }

    @Test("Workers that were stopped while they had nothing to do hold up no call")
    func idle() throws {
        try expectHealth()
        let victims = LokyBackend.workerPIDs
        #expect(victims.count >= 2)
        for pid in victims { kill(pid, SIGSTOP) }
        try expectHealth()
        // Those that no call was given are still there.
        for pid in victims { kill(pid, SIGCONT) }
        try expectHealth()
    }

    private static func tasks(stops count: Int, _ path: String) -> [Delayed<Int>] {
        (0..<8).map { Delayed(Killed(value: $0, culprit: 3, count: count, path: path, signal: SIGSTOP)) }
    }

    /// How often the culprit has run.
    private static func size(_ path: String) throws -> Int { try Data(contentsOf: URL(filePath: path)).count }
}
