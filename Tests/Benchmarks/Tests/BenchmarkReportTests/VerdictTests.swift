// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import BenchmarkReport
import Testing

struct VerdictTests {
    private let half = Target("w1-existing", "`map`", asked: 5, references: [.init("TBB", 10)])

    @Test("A target is met when the ratio to its peer is no worse than where it was set")
    func ratio() {
        #expect(Verdict(self.half, in: result(ours: 10, peers: ["TBB": 20])).outcome == .met)
        #expect(Verdict(self.half, in: result(ours: 12, peers: ["TBB": 20])).outcome == .missed("by 20 %"))
    }

    @Test("Without a named peer the best of the run counts, and where more is better that is the largest")
    func best() {
        let target = Target("w1-existing", "`map`", asked: 1)
        let times = Verdict(target, in: result(ours: 2, peers: ["TBB": 3, "rayon": 2]))
        #expect(times.reference?.name == "rayon")
        #expect(times.outcome == .met)
        let parts = Verdict(target, in: result(figure: .efficiency, ours: 0.85, peers: ["TBB": 0.8, "rayon": 0.99]))
        #expect(parts.reference?.name == "rayon")
        #expect(parts.outcome == .missed("by 16 %"))
    }

    @Test("A target that must be below every peer is missed when any peer is better")
    func everyPeer() {
        let target = Target(
            "w1-existing",
            "`map`",
            asked: 5,
            references: [.init("TBB", 10)],
            beatsEveryPeer: true
        )
        let outcome = Verdict(target, in: result(ours: 10, peers: ["TBB": 30, "rayon": 9])).outcome
        #expect(outcome == .missed("rayon is better"))
    }

    @Test("Of several peers the one counts that is hardest to match")
    func hardest() {
        let target = Target("w1-existing", "`map`", asked: 5, references: [.init("TBB", 10), .init("rayon", 50)])
        let verdict = Verdict(target, in: result(ours: 6, peers: ["TBB": 10, "rayon": 90]))
        #expect(verdict.reference?.name == "TBB")
        #expect(verdict.outcome == .missed("by 20 %"))
    }

    @Test("Growth of memory is a condition of its own")
    func growth() {
        let target = Target("w1-existing", "`map`", asked: 5, .absolute, growth: 100)
        #expect(Verdict(target, in: result(ours: 4, growth: 99, peers: [:])).outcome == .met)
        guard case .missed = Verdict(target, in: result(ours: 4, growth: 100, peers: [:])).outcome else {
            Issue.record("grown, and not missed")
            return
        }
    }

    @Test("A target against the limit of the machine is read against what the limit was in the run")
    func limit() {
        let target = Target("w1-existing", "`map`", asked: 2, references: [.init(Target.Reference.limit, 1)])
        #expect(Verdict(target, in: result(ours: 10, peers: ["TBB": 1], limits: [6])).outcome == .met)
        #expect(Verdict(target, in: result(ours: 10, peers: ["TBB": 1], limits: [4])).outcome == .missed("by 25 %"))
        #expect(Verdict(target, in: result(ours: 10, peers: ["TBB": 1])).outcome == .unknown("the limit is missing"))
    }

    @Test("Of a CPU's time less is better")
    func share() {
        let target = Target("w1-existing", "`map`", asked: 0.5, .absolute)
        #expect(Verdict(target, in: result(figure: .share, ours: 0.4, peers: [:])).outcome == .met)
        #expect(Verdict(target, in: result(figure: .share, ours: 0.6, peers: [:])).outcome == .missed("by 20 %"))
    }

    @Test("A peer that is missing, or ours without figures, leaves the verdict open and says why")
    func unknown() {
        #expect(Verdict(self.half, in: result(ours: 1, peers: [:])).outcome == .unknown("TBB is missing"))
        #expect(Verdict(self.half, in: result(peers: ["TBB": 20])).outcome == .unknown("crashed"))
    }

    @Test("Every target is of a case that there is, and no two cases have the same name")
    func names() {
        let cases = Set(BenchmarkCase.all.map(\.id))
        #expect(cases.count == BenchmarkCase.all.count)
        #expect(Target.all.allSatisfy { cases.contains($0.caseID) })
    }
}
