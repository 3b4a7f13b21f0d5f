// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("A host that refuses a session")
struct HostRefusalTests {
    private static let shortage = GrantRefusal(code: "resourceExhausted", detail: "no descriptors")

    /// How long a host may keep what it has refused, which is more than it may be silent for.
    private static let longest: UInt64 = 5000

    private static func bench(hosts: Int, slots: Int = 1, _ wishes: SessionWishes = SessionWishes()) -> CoordinatorBench
    {
        var settings = CoordinatorBench.settings
        settings.returnTime = 2000
        var bench = CoordinatorBench(settings: settings)
        for link in 1...LinkNumber(hosts) { bench.join(link, slots: slots) }
        bench.tell(.opened(1, wishes))
        return bench
    }

    @Test("gives its batches to the others, as far as they have not begun, and what it says of them late is nothing")
    func others() {
        var bench = Self.bench(hosts: 2)
        for batch: BatchNumber in 1...4 { bench.tell(.submitted(1, batch, call: 1)) }
        bench.tell(.message(1, .answer(1)))
        let effects = bench.tell(.message(1, .refused(1, Self.shortage)))
        let why = "host 1 has refused it: no descriptors"
        #expect(effects.failures == [1: .lost(why), 3: .notBegun(isReturned: true, why)])
        #expect(effects.prefix(2) == [.cancel(1, 1), .cancel(1, 3)])
        #expect(
            effects.suffix(3) == [
                .close(1, 1), .leftOut(1, CoordinatorBench.host(1, slots: 1), Self.shortage.detail),
                .workersChanged(1, 1),
            ]
        )
        for batch: BatchNumber in [1, 3] {
            #expect(bench.tell(.message(1, .answer(batch))).isEmpty)
            #expect(bench.tell(.message(1, .finished(batch))).isEmpty)
        }
        #expect(bench.coordinator.counts.faults == 0 && bench.coordinator.counts.grants == 1)
        #expect(bench.pass(2 * Self.longest, hearing: [1, 2]).disconnected.isEmpty)
        // The host has nothing that could end, and is of use to other sessions alone.
        #expect(bench.tell(.submitted(1, 5, call: 1)).runners.isEmpty)
        #expect(bench.tell(.opened(2, SessionWishes())).grants == [1: 1, 2: 1])
        bench.tell(.message(2, .finished(2)))
        #expect(bench.tell(.message(2, .finished(4))).first == .finish(4))
        #expect(bench.tell(.submitted(1, 6, call: 1)).runners == [2])
    }

    @Test("has its slots replaced by those of hosts that have not, also when it connects again")
    func slots() {
        var bench = Self.bench(hosts: 3, slots: 2, SessionWishes(workers: 3))
        #expect(bench.tell(.message(1, .refused(1, Self.shortage))).grants.keys.allSatisfy { $0 != 1 })
        #expect(bench.coordinator.counts.sessions == 1)
        bench.tell(.left(1, "reset"))
        #expect(bench.join(4, slots: 8, process: 1).grants.isEmpty)
        #expect(bench.tell(.left(2, "reset")).grants.keys.allSatisfy { $0 == 3 })
        #expect(bench.join(5, slots: 8).grants == [5: 1])
    }

    @Test("goes on with another grant of it, which is not lost for that")
    func otherGrant() {
        var bench = Self.bench(hosts: 1, slots: 2)
        bench.tell(.opened(2, SessionWishes(workers: 1)))
        bench.tell(.closed(1))
        bench.tell(.opened(3, SessionWishes(workers: 1)))
        // Grant 3 is the only one of session 3: all that are there have refused it.
        let effects = bench.tell(.message(1, .refused(3, Self.shortage)))
        #expect(effects.first == .sessionFailed(3, .refused(Self.shortage)))
        #expect(!effects.contains(.workersChanged(2, 0)))
        #expect(bench.tell(.submitted(2, 1, call: 1)).runners == [1])
    }

    @Test("ends it when it was the last one that had not")
    func last() {
        var bench = Self.bench(hosts: 2)
        for batch: BatchNumber in 1...5 { bench.tell(.submitted(1, batch, call: 1)) }
        #expect(bench.tell(.message(1, .refused(1, Self.shortage))).failures.keys.sorted() == [1, 3])
        let effects = bench.tell(.message(2, .refused(2, Self.shortage)))
        #expect(effects.first == .sessionFailed(1, .refused(Self.shortage)))
        #expect(effects.failures.keys.sorted() == [2, 4, 5])
        #expect(bench.tell(.submitted(1, 6, call: 1)).failures.keys.sorted() == [6])
        // Whoever comes now comes too late.
        #expect(bench.join(3, slots: 1).grants.isEmpty)
    }

    @Test(
        "by which the call itself is at fault ends it when it is alone, or another one says the same",
        arguments: ["invalidArgument", "taskNotPortable"]
    )
    func fault(code: String) {
        let refusal = GrantRefusal(code: code, detail: "no such variable")
        var alone = Self.bench(hosts: 1)
        #expect(alone.tell(.message(1, .refused(1, refusal))).first == .sessionFailed(1, .refused(refusal)))
        var bench = Self.bench(hosts: 3)
        for batch: BatchNumber in 1...3 { bench.tell(.submitted(1, batch, call: 1)) }
        let first = bench.tell(.message(1, .refused(1, refusal)))
        #expect(first.contains(.leftOut(1, CoordinatorBench.host(1, slots: 1), refusal.detail)))
        #expect(first.contains(.workersChanged(1, 2)) && first.failures.keys.sorted() == [1])
        #expect(bench.tell(.message(2, .finished(2))) == [.finish(2)])
        #expect(bench.tell(.message(2, .refused(2, refusal))).first == .sessionFailed(1, .refused(refusal)))
    }

    @Test(
        "is believed by nobody what it alone says of the call, also when it says it twice, or another one something else"
    )
    func lie() {
        let lies = ["invalidArgument", "taskNotPortable"].map { GrantRefusal(code: $0, detail: "a lie") }
        var bench = Self.bench(hosts: 3, slots: 2, SessionWishes(workers: 3))
        // Grants 1 and 2 of session 1 are of hosts 1 and 2; the slots that come instead are of the others.
        var effects = bench.tell(.message(1, .refused(1, lies[0])))
        bench.tell(.left(1, "reset"))
        bench.join(4, slots: 8, process: 1)
        effects += bench.tell(.message(2, .refused(2, lies[1])))
        effects += bench.tell(.message(2, .refused(2, lies[0])))
        #expect(!effects.contains { if case .sessionFailed = $0 { true } else { false } }, "\(effects)")
        #expect(bench.tell(.submitted(1, 1, call: 1)).runners == [3])
    }

    /// How many hosts are looked at while so many of them refuse a session, one after the other.
    private static func looks(hosts: Int, _ wishes: SessionWishes) -> Int {
        var bench = CoordinatorBench(settings: CoordinatorBench.settings)
        for link in 1...LinkNumber(hosts) {
            let id = withUnsafeBytes(of: link) { unsafe Array($0) }
            bench.tell(.joined(link, HostDescription(processID: id, name: "host \(link)", slots: 2)))
        }
        var grants = bench.tell(.opened(1, wishes)).opened
        let before = bench.coordinator.lookCount
        // The last one is left, or the session ends.
        for _ in 1..<hosts {
            guard let (number, link) = grants.popFirst() else { break }
            let effects = bench.tell(.message(link, .refused(number, Self.shortage)))
            grants.merge(effects.opened) { $1 }
        }
        #expect(!grants.isEmpty)
        return bench.coordinator.lookCount - before
    }

    @Test("costs as much as the one before it, however many there were", arguments: [nil, 1, 5] as [Int?])
    func manyRefusals(workers: Int?) {
        let (few, many) = (
            Self.looks(hosts: 100, SessionWishes(workers: workers)),
            Self.looks(hosts: 1000, SessionWishes(workers: workers))
        )
        #expect(many <= 11 * few && many <= 4000, "\(few) and \(many)")
    }

    @Test("and is alone when the others have gone leaves the call its patience, and then says why")
    func patience() {
        for isJoined in [true, false] {
            var bench = Self.bench(hosts: 2)
            bench.tell(.message(1, .refused(1, Self.shortage)))
            #expect(bench.tell(.left(2, "reset")).contains(.workersChanged(1, 0)))
            #expect(bench.pass(9999, hearing: [1]).isEmpty)
            if isJoined {
                #expect(bench.join(3, slots: 1).grants == [3: 1])
            } else {
                #expect(bench.pass(1, hearing: [1]) == [.sessionFailed(1, .refused(Self.shortage))])
            }
        }
    }

    @Test("and keeps what it was given is lost in a while, unless it ends one after the other, or is not listened to")
    func keeping() {
        for isHonest in [false, true] {
            var bench = Self.bench(hosts: 2)
            for batch: BatchNumber in 1...4 { bench.tell(.submitted(1, batch, call: 1)) }
            bench.tell(.message(1, .refused(1, Self.shortage)))
            #expect(bench.pass(Self.longest - 1, hearing: [1, 2]).disconnected.isEmpty)
            if isHonest {
                bench.tell(.message(1, .failed(1, .returned)))
                #expect(bench.pass(Self.longest - 1, hearing: [1, 2]).disconnected.isEmpty)
                bench.tell(.unread(1))
                #expect(bench.pass(Self.longest - 1, hearing: [1, 2]).disconnected.isEmpty)
            }
            #expect(bench.pass(1, hearing: [1, 2]).disconnected == [1])
        }
    }

    @Test("is not lost for a second run that nobody wants any more, however long that takes")
    func cancelledRun() {
        var bench = Self.bench(hosts: 2, slots: 4, SessionWishes(isSpeculative: true))
        var runners: [BatchNumber: LinkNumber] = [:]
        for batch: BatchNumber in 1...8 { runners[batch] = bench.tell(.submitted(1, batch, call: 1)).runners[0] }
        bench.now = 100
        for batch: BatchNumber in 1...7 { bench.tell(.message(runners[batch] ?? 0, .finished(batch))) }
        let slow = runners[8] ?? 0
        #expect(bench.pass(101).runners == [3 - slow])
        bench.tell(.message(3 - slow, .finished(8)))
        bench.tell(.message(slow, .refused(GrantNumber(slow), Self.shortage)))
        #expect(bench.pass(4 * Self.longest, hearing: [1, 2]).disconnected.isEmpty)
        #expect(bench.tell(.message(slow, .finished(8))).isEmpty)
        #expect(bench.coordinator.counts.faults == 0)
    }

    @Test("only loses its copy of what runs elsewhere too")
    func copy() {
        var bench = Self.bench(hosts: 2, slots: 4, SessionWishes(isSpeculative: true))
        var runners: [BatchNumber: LinkNumber] = [:]
        for batch: BatchNumber in 1...8 { runners[batch] = bench.tell(.submitted(1, batch, call: 1)).runners[0] }
        bench.now = 100
        for batch: BatchNumber in 1...7 { bench.tell(.message(runners[batch] ?? 0, .finished(batch))) }
        let slow = runners[8] ?? 0
        bench.pass(101)
        let effects = bench.tell(.message(slow, .refused(GrantNumber(slow), Self.shortage)))
        #expect(effects.failures.isEmpty && effects.first == .cancel(slow, 8))
        #expect(bench.tell(.message(slow, .finished(8))).isEmpty)
        #expect(bench.tell(.message(3 - slow, .finished(8))) == [.finish(8)])
    }

    @Test("says itself what has not begun where nothing may run twice, and what it is silent about is lost")
    func once() {
        var bench = Self.bench(hosts: 2, SessionWishes(isIdempotent: false))
        for batch: BatchNumber in 1...4 { bench.tell(.submitted(1, batch, call: 1)) }
        #expect(bench.tell(.message(1, .refused(1, Self.shortage))).last == .workersChanged(1, 1))
        #expect(bench.tell(.message(1, .refused(1, Self.shortage))).isEmpty)
        guard case .notBegun(isReturned: true, _)? = bench.tell(.message(1, .failed(1, .returned))).failures[1] else {
            return #expect(Bool(false), "batch 1 is not given back")
        }
        let effects = bench.pass(Self.longest, hearing: [1, 2])
        #expect(effects.failures == [3: .lost("host 1 has refused it, and not ended it")])
        #expect(effects.contains(.close(1, 1)))
        #expect(bench.pass(Self.longest, hearing: [1, 2]).disconnected == [1])
    }

    @Test("is closed with its last batch where nothing may run twice")
    func closing() {
        var bench = Self.bench(hosts: 2, SessionWishes(isIdempotent: false))
        bench.tell(.submitted(1, 1, call: 1))
        bench.tell(.message(1, .refused(1, Self.shortage)))
        #expect(bench.tell(.message(1, .finished(1))) == [.finish(1), .close(1, 1)])
        #expect(bench.pass(2 * Self.longest, hearing: [1, 2]).disconnected.isEmpty)
    }
}
