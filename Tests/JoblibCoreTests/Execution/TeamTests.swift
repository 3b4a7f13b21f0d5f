// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCore

struct TeamTests {
    @Test("A loop gets the helpers it wants, as far as the budget goes", arguments: [(1, 1), (3, 3), (9, 3)])
    func budget(wanted: Int, helpers: Int) {
        var team = Team(limit: 4, members: 1)
        #expect(team.open(FakeLoop(), wanting: wanted).helpers == helpers)
        #expect(team.members == 1 + helpers)
    }

    @Test("A full team gives a nested loop nobody")
    func fullTeam() {
        var team = Team(limit: 2, members: 1)
        let outer = FakeLoop()
        _ = team.open(outer, wanting: 1)
        #expect(team.open(FakeLoop(in: outer), wanting: 1).helpers == 0)
        #expect(team.addHelper(to: outer, of: .max, inPlaceOfCaller: false) == false)
        #expect(team.members == 2)
    }

    @Test("One helper comes to a caller that only waits, on the place that the caller lends")
    func neededHelper() {
        var team = Team(limit: 2, members: 2)
        let loop = FakeLoop(in: FakeLoop(), timeout: .seconds(1))
        #expect(team.open(loop, wanting: 5).helpers == 1)
        #expect(team.members == 2)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: true) == true)
        #expect(team.members == 3)
    }

    @Test("A place that is lent goes back to its caller, and nobody can take it in between")
    func lentPlace() {
        var team = Team(limit: 2, members: 2)
        let outer = FakeLoop()
        let loop = FakeLoop(in: outer, timeout: .seconds(1))
        #expect(team.open(loop, wanting: 5).helpers == 1)
        #expect(team.addHelper(to: outer, of: .max, inPlaceOfCaller: false) == false)
        team.close(loop, missing: 0)
        #expect(team.members == 2)
        #expect(team.addHelper(to: outer, of: .max, inPlaceOfCaller: false) == false)
    }

    @Test("Helpers on lent places return them together, however many came, were replaced, or failed to come")
    func lentPlaces() {
        var team = Team(limit: 8, members: 1)
        let loop = FakeLoop(in: FakeLoop(), tasks: 1, timeout: .seconds(1))
        #expect(team.open(loop, wanting: 3).helpers == 3)
        team.removeHelpers(1, from: loop)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: false) == true)
        #expect(team.members == 3)
        // One that came by itself, on a place of its own, is lost in a task, and its place becomes one of the loop's.
        team.addMember()
        #expect(team.takeSeat(in: loop) == true)
        team.adopt(in: loop)
        team.close(loop, missing: 2)
        #expect(team.members == 1)
    }

    @Test("A helper that is one too many leaves, whatever is left to do")
    func oneTooMany() throws {
        let session = IdleSession()
        let (loop, finished) = (FakeLoop(tasks: 1), FakeLoop())
        try loop.attach(session)
        var team = Team(limit: 2, members: 2)
        _ = team.open(loop, wanting: 0)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: true) == true)
        #expect(team.members == 3)
        #expect(team.nextLoop(on: session, after: finished) == nil)
        #expect(team.nextLoop(on: session, after: finished) === loop)
        #expect(team.members == 2)
    }

    @Test("The place of a helper that did not come or has left is free again")
    func returnedPlace() {
        var team = Team(limit: 2, members: 1)
        let loop = FakeLoop()
        _ = team.open(loop, wanting: 0)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: false) == true)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: false) == false)
        team.removeHelpers(1, from: loop)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: false) == true)
        #expect(team.nextLoop(on: IdleSession(), after: loop) == nil)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: false) == true)
    }

    // MARK: - Seats

    @Test("A loop has no more workers than its own jobs, its caller included, whoever would come")
    func seats() throws {
        let session = IdleSession()
        let outer = FakeLoop()
        let loop = FakeLoop(in: outer, tasks: 1, workers: 3)
        try loop.attach(session)
        var team = Team(limit: 8, members: 5)
        #expect(team.open(loop, wanting: 1).helpers == 1)
        #expect(team.nextLoop(on: session, after: outer) === loop)
        #expect(team.nextLoop(on: session, after: outer) == nil)
        #expect(team.nextLoop(below: outer) == nil)
        #expect(team.addHelper(to: loop, of: .max, inPlaceOfCaller: false) == false)
        #expect(team.takeSeat(in: loop) == false)

        team.leaveSeat(in: loop)
        #expect(team.nextLoop(below: outer) === loop)
        #expect(team.nextLoop(on: session, after: loop) === loop)
    }

    @Test("A place that gets free is offered to a loop that has work and a seat")
    func loopInNeed() throws {
        let session = IdleSession()
        var team = Team(limit: 3, members: 3)
        let (idle, full, needy) = (FakeLoop(), FakeLoop(tasks: 1, workers: 1), FakeLoop(tasks: 1))
        for loop in [needy, idle, full] {
            try loop.attach(session)
            _ = team.open(loop, wanting: 0)
        }
        #expect(team.loopInNeed() == nil)
        team.removeMember()
        #expect(team.loopInNeed() === needy)
        needy.tasksLeft.store(0, ordering: .releasing)
        #expect(team.loopInNeed() == nil)
    }

    // MARK: - Finding work

    @Test("A helper goes to a loop of its own session that has tasks left")
    func sessionFilter() throws {
        let session = IdleSession()
        let mine = FakeLoop(tasks: 1)
        let foreign = FakeLoop(tasks: 1)
        try mine.attach(session)
        try foreign.attach(IdleSession())
        var team = Team(limit: 4, members: 1)
        for loop in [mine, foreign] { _ = team.open(loop, wanting: 1) }

        #expect(team.nextLoop(on: session, after: FakeLoop()) === mine)
        #expect(team.members == 3)
        mine.tasksLeft.store(0, ordering: .releasing)
        #expect(team.nextLoop(on: session, after: FakeLoop()) == nil)
        #expect(team.members == 2)
    }

    @Test("Of several loops with tasks a helper gets the innermost, which somebody waits for")
    func innermostFirst() throws {
        let session = IdleSession()
        let outer = FakeLoop(tasks: 1)
        let inner = FakeLoop(in: outer, tasks: 1)
        for loop in [outer, inner] { try loop.attach(session) }
        var team = Team(limit: 2, members: 1)
        for loop in [outer, inner] { _ = team.open(loop, wanting: 0) }
        #expect(team.nextLoop(on: session, after: FakeLoop()) === inner)
    }

    @Test("A loop that is over is given to nobody")
    func closedLoop() throws {
        let session = IdleSession()
        let outer = FakeLoop()
        let inner = FakeLoop(in: outer, tasks: 1)
        try inner.attach(session)
        var team = Team(limit: 4, members: 1)
        _ = team.open(inner, wanting: 1)
        team.close(inner, missing: 0)
        #expect(team.nextLoop(on: session, after: FakeLoop()) == nil)
        #expect(team.nextLoop(below: outer) == nil)
        #expect(team.openLoops(below: outer).isEmpty)
    }

    @Test("A waiting caller is given only loops nested in its own")
    func nestedOnly() {
        let root = FakeLoop(tasks: 1)
        let mine = FakeLoop(in: root, tasks: 1)
        let sibling = FakeLoop(in: root, tasks: 1)
        let child = FakeLoop(in: mine, tasks: 1)
        let grandchild = FakeLoop(in: child, tasks: 1)
        var team = Team(limit: 8, members: 1)
        for loop in [root, mine, sibling] { _ = team.open(loop, wanting: 0) }
        #expect(team.nextLoop(below: mine) == nil)
        for loop in [child, grandchild] { _ = team.open(loop, wanting: 0) }
        #expect(team.nextLoop(below: mine) === grandchild)
        grandchild.tasksLeft.store(0, ordering: .releasing)
        #expect(team.nextLoop(below: mine) === child)
        #expect(team.nextLoop(below: sibling) == nil)
    }

    @Test("A caller that waits is woken for a loop nested in its own, and for no other")
    func wakeUps() {
        let root = FakeLoop()
        let first = FakeLoop(in: root)
        let second = FakeLoop(in: root)
        var team = Team(limit: 2, members: 2)
        #expect(team.nextLoop(below: first) == nil)
        #expect(team.nextLoop(below: second) == nil)

        let wake = team.open(FakeLoop(in: second), wanting: 1).wake
        #expect(wake.count == 1)
        #expect(wake.first === second)
        team.stopWaiting(second)
        #expect(team.open(FakeLoop(in: second), wanting: 1).wake.isEmpty)
    }

    @Test("Nobody is woken when enough helpers come")
    func noNeedToWake() {
        let root = FakeLoop()
        var team = Team(limit: 3, members: 1)
        #expect(team.nextLoop(below: root) == nil)
        #expect(team.open(FakeLoop(in: root), wanting: 2).wake.isEmpty)
        #expect(team.open(FakeLoop(in: root), wanting: 1).wake.first === root)
    }

    @Test("Whatever happens, no more threads are at work than the limit", arguments: 1...20)
    func randomHistories(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let session = IdleSession()
        let limit = Int.random(in: 1...5, using: &random)
        let root = FakeLoop(tasks: 1)
        try root.attach(session)
        var team = Team(limit: limit, members: 1)
        var helpers = team.open(root, wanting: Int.random(in: 0...6, using: &random)).helpers
        var loops: [FakeLoop] = [root]
        for _ in 0..<500 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                let loop = FakeLoop(
                    in: loops.randomElement(using: &random) ?? root,
                    tasks: Int.random(in: 0...1, using: &random)
                )
                try loop.attach(session)
                helpers += team.open(loop, wanting: Int.random(in: 0...6, using: &random)).helpers
                loops.append(loop)
            case 1 where loops.count > 1:
                team.close(loops.removeLast(), missing: 0)
            case 2 where helpers > 0:
                if team.nextLoop(on: session, after: root) == nil { helpers -= 1 }
            case 3:
                if team.addHelper(to: root, of: .max, inPlaceOfCaller: false) { helpers += 1 }
            case 4 where helpers > 0:
                team.removeHelpers(1, from: root)
                helpers -= 1
            default:
                break
            }
            #expect(team.members == 1 + helpers)
            #expect(team.members <= limit)
        }
    }
}
