// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@testable import joblib_worker

@Suite("One run of a host's program", .timeLimit(.minutes(1)))
struct KeptRunTests {
    private static let second: UInt64 = 1_000_000_000
    private static let offer = HostLine.Offer(workers: 2, credentials: "token a-b")
    private static let listening = HostLine.listening(at: "127.0.0.1:4711", offer)
    private static let other = HostLine.otherBuild(at: nil, reason: "another build of the program: x")

    private func run(isCached: Bool = false) -> KeptRun {
        KeptRun(.init(startLimit: 30 * Self.second, isCached: isCached), at: Self.second)
    }

    private func bytes(_ lines: HostLine...) -> [UInt8] { lines.flatMap { Array("\($0.text)\n".utf8) } }

    @Test("The announcement is found among other lines, however it comes, once, and no limit is left")
    func announcement() {
        for line in [Self.listening, .dialling("desk:7077", Self.offer)] {
            var run = self.run()
            var actions: [KeptRun.Action] = []
            for byte in "hello\n\(line.text)\nmore\n\(line.text)\n".utf8 { actions += run.hear([byte]) }
            #expect(actions == [.note(line)] && run.deadline == nil)
            #expect(run.result(exitCode: 0, signal: nil, at: 3 * Self.second).isAnnounced)
        }
    }

    @Test(
        "Other lines are none, and one without end takes no memory",
        arguments: [
            "joblib host: cannot listen at x: y z\n", "joblib host: listening at 127.0.0.1:1\n", "\n\n",
            "x joblib host: listening at 127.0.0.1:1 with 2\n",
            "joblib host: listening at 127.0.0.1:1 with 2 workers, t", String(repeating: "x", count: 1 << 20),
            String(repeating: " ", count: 2000) + "joblib host: listening at 127.0.0.1:1 with 2 workers, t\n",
        ]
    )
    func others(_ text: String) {
        var run = self.run()
        let actions = run.hear(Array(text.utf8))
        #expect(actions.isEmpty && run.deadline == 31 * Self.second)
        #expect(!run.result(exitCode: 0, signal: nil, at: 3 * Self.second).isAnnounced)
    }

    @Test("One that says nothing in time is ended, and is late")
    func late() {
        var run = self.run()
        let early = run.passTime(at: 30 * Self.second)
        let late = run.passTime(at: 31 * Self.second)
        #expect(early.isEmpty && late == [.kill] && run.deadline == nil && run.ending == .late)
    }

    @Test("A first request to end has it finish, a second one leaves it a second")
    func requests() {
        var run = self.run()
        _ = run.hear(self.bytes(Self.listening))
        let first = run.request(at: 10 * Self.second)
        #expect(first == [.terminate] && run.deadline == nil && run.ending == .asked(1))
        let second = run.request(at: 20 * Self.second)
        #expect(second == [.terminate] && run.deadline == 21 * Self.second)
        let end = run.passTime(at: 21 * Self.second)
        #expect(end == [.kill] && run.ending == .asked(2))
    }

    @Test("One that was received makes way for another build, once, and not while it is to end")
    func makesWay() {
        var own = self.run()
        let ownActions = own.hear(self.bytes(Self.listening, Self.other))
        #expect(ownActions == [.note(Self.listening)] && own.ending == .died)
        var run = self.run(isCached: true)
        _ = run.hear(self.bytes(Self.listening))
        let whileServing = run.hear(self.bytes(.serves("d", at: "x"), Self.other))
        let behind = run.hear(self.bytes(.leaves("d", reason: "y")))
        let again = run.hear(self.bytes(Self.other))
        #expect(whileServing.isEmpty && behind.last == .terminate && again.isEmpty && run.ending == .outdated)
        var asked = self.run(isCached: true)
        _ = asked.request(at: 2 * Self.second)
        let askedActions = asked.hear(self.bytes(Self.other))
        #expect(askedActions.isEmpty && asked.ending == .asked(1))
    }

    @Test("A file of a cache is said to be in use, again and again")
    func touches() throws {
        var run = self.run(isCached: true)
        _ = run.hear(self.bytes(Self.listening))
        var times: [UInt64] = []
        for _ in 0..<5 {
            let time = try #require(run.deadline)
            let early = run.passTime(at: time - 1)
            let inTime = run.passTime(at: time)
            #expect(early.isEmpty && inTime == [.touch])
            times.append(time)
        }
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 600 * Self.second })
    }

    @Test("Of what it has written the last lines are kept, as they can be shown")
    func lastLines() {
        var run = self.run()
        for index in 0..<100 { _ = run.hear(Array("line \(index)\n\n \n".utf8)) }
        _ = run.hear(Array("\u{1b}[2J\(String(repeating: "x", count: 10_000))\nunfinished".utf8))
        #expect(run.lastLines.count == 4 && run.lastLines[2] == "line 99")
        #expect(run.lastLines[3].hasPrefix("?[2Jxxx") && run.lastLines[3].count < 300)
    }
}
