// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_worker

@Suite("Whether a host that has ended is started again", .timeLimit(.minutes(1)))
struct RestartPolicyTests {
    private static let second: UInt64 = 1_000_000_000

    private func run(
        exit code: Int32? = nil,
        signal: Int32? = nil,
        isAnnounced: Bool = true,
        seconds: UInt64 = 1
    ) -> RestartPolicy.Run {
        RestartPolicy.Run(exitCode: code, signal: signal, isAnnounced: isAnnounced, duration: seconds * Self.second)
    }

    private func wait(_ decision: RestartPolicy.Decision) -> UInt64? {
        if case .restart(let wait) = decision { wait } else { nil }
    }

    @Test("At once first, then later each time, up to 30 s")
    func waits() {
        var policy = RestartPolicy()
        let waits = (0..<40).compactMap { _ in self.wait(policy.decide(after: self.run(signal: 9), program: "p")) }
        #expect(waits.prefix(4) == [0, 250_000_000, 500_000_000, Self.second])
        #expect(waits.count == 40 && zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(waits.last == 30 * Self.second)
    }

    @Test("One that has run for a minute is started again at once")
    func longRun() {
        var policy = RestartPolicy()
        for _ in 0..<10 { _ = policy.decide(after: self.run(exit: 1), program: "p") }
        #expect(self.wait(policy.decide(after: self.run(exit: 1, seconds: 60), program: "p")) == 0)
        #expect(self.wait(policy.decide(after: self.run(exit: 1, seconds: 59), program: "p")) == 250_000_000)
    }

    @Test("A status that trying again would not change is the end", arguments: [true, false])
    func misconfiguration(isAnnounced: Bool) {
        var policy = RestartPolicy()
        let decision = policy.decide(after: self.run(exit: 78, isAnnounced: isAnnounced), program: "p")
        guard case .giveUp(78, _) = decision else {
            Issue.record("\(decision)")
            return
        }
    }

    @Test("What is no host is given up: at once where it says so or has ended well, else the third time in a row")
    func silence() {
        for (code, status) in [(69, 69), (0, 78)] as [(Int32, Int32)] {
            var policy = RestartPolicy()
            guard
                case .giveUp(status, let why) = policy.decide(
                    after: self.run(exit: code, isAnnounced: false),
                    program: "p"
                )
            else {
                Issue.record("status \(code)")
                continue
            }
            #expect(why.contains("'p'") && why.contains("JoblibTCP"))
        }
        var policy = RestartPolicy()
        for _ in 0..<2 {
            #expect(self.wait(policy.decide(after: self.run(signal: 11, isAnnounced: false), program: "p")) != nil)
        }
        // Once it was there, it counts from the beginning.
        #expect(self.wait(policy.decide(after: self.run(exit: 0), program: "p")) != nil)
        for _ in 0..<2 {
            #expect(self.wait(policy.decide(after: self.run(signal: 11, isAnnounced: false), program: "p")) != nil)
        }
        guard case .giveUp(78, let why) = policy.decide(after: self.run(signal: 11, isAnnounced: false), program: "p")
        else {
            Issue.record("a fourth start")
            return
        }
        #expect(why.contains("signal 11") && why.contains("3 times"))
    }
}
