// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("Sessions get slots")
struct AllotmentTests {
    @Test("that nobody else has, of all hosts in proportion to what is free")
    func proportion() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 8)
        bench.join(2, slots: 4)
        let effects = bench.tell(.opened(1, SessionWishes(workers: 6)))
        #expect(effects.grants == [1: 4, 2: 2])
        #expect(effects.contains(.workersChanged(1, 6)))
        #expect(bench.tell(.opened(2, SessionWishes(workers: 6))).grants == [1: 4, 2: 2])
    }

    @Test("as if there were no other session, where none is free")
    func sharing() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 2)
        bench.join(2, slots: 2)
        bench.tell(.opened(1, SessionWishes()))
        #expect(bench.tell(.opened(2, SessionWishes())).grants == [1: 2, 2: 2])
        #expect(bench.tell(.opened(3, SessionWishes(workers: 2))).grants == [1: 1, 2: 1])
    }

    @Test("that others have given back, each host's at once")
    func givenBack() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 2)
        bench.join(2, slots: 2)
        bench.tell(.opened(1, SessionWishes(workers: 2)))
        #expect(bench.tell(.closed(1)).count == 2)
        let effects = bench.tell(.opened(2, SessionWishes()))
        #expect(effects == [.open(1, 3, 2, workers: 2), .open(2, 4, 2, workers: 2), .workersChanged(2, 4)])
    }

    @Test("no more of a host than one may have, and one at least, whatever it says")
    func slotLimits() {
        var bench = CoordinatorBench()
        bench.join(1, slots: .max)
        bench.join(2, slots: .min)
        #expect(bench.tell(.opened(1, SessionWishes())).grants == [1: 65_536, 2: 1])
    }

    @Test("of hosts that come, and others for those that go")
    func changes() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 2)
        bench.tell(.opened(1, SessionWishes(workers: 3)))
        #expect(bench.join(2, slots: 4).grants == [2: 1])
        let effects = bench.tell(.left(1, "reset"))
        #expect(effects.grants == [2: 2])
        #expect(effects.last == .workersChanged(1, 3) || !effects.contains(.workersChanged(1, 1)))
        #expect(bench.tell(.message(2, .leaving)).contains(.workersChanged(1, 0)))
    }

    @Test("only for so long as none is there as their patience lasts")
    func patience() {
        var bench = CoordinatorBench()
        bench.tell(.opened(1, SessionWishes()))
        bench.tell(.submitted(1, 7, call: 1))
        #expect(bench.pass(9999).isEmpty)
        let effects = bench.pass(1)
        #expect(effects.first == .sessionFailed(1, .noHosts(for: 10_000)))
        #expect(effects.failures.keys.sorted() == [7])
        #expect(bench.tell(.submitted(1, 8, call: 1)).failures.keys.sorted() == [8])
    }
}
