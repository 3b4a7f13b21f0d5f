// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("Hosts are lost")
struct HostLossTests {
    @Test("with their batches, which have not begun if nothing was heard of them and they may run again")
    func batches() {
        for isIdempotent in [true, false] {
            var bench = CoordinatorBench()
            bench.join(1, slots: 2)
            bench.tell(.opened(1, SessionWishes(isIdempotent: isIdempotent)))
            bench.tell(.submitted(1, 1, call: 1))
            bench.tell(.submitted(1, 2, call: 1))
            bench.tell(.message(1, .answer(1)))
            let effects = bench.tell(.left(1, "reset"))
            let why = "host 1 is lost: reset"
            #expect(effects.failures[1] == .lost(why))
            #expect(effects.failures[2] == (isIdempotent ? .notBegun(isReturned: false, why) : .lost(why)))
            #expect(effects.reports == [.lost(CoordinatorBench.host(1, slots: 2), "reset")])
        }
    }

    @Test("when they are silent for three intervals, and not before")
    func silence() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.join(2, slots: 1)
        #expect(bench.pass(2999, hearing: [2]).isEmpty)
        #expect(bench.pass(1, hearing: [2]).disconnected == [1])
        #expect(bench.tell(.message(1, .finished(1))).isEmpty)
    }

    @Test("unless they hear once in an interval that the coordinator is there")
    func heartbeats() {
        var coordinator = Coordinator(settings: CoordinatorBench.settings)
        var effects: [CoordinatorEffect] = []
        for link: LinkNumber in 1...2 {
            coordinator.handle(.joined(link, CoordinatorBench.host(link, slots: 1)), at: link * 10, into: &effects)
        }
        #expect(effects.contains(.wake(at: 1010)))
        effects.removeAll()
        coordinator.handle(.woken, at: 1010, into: &effects)
        #expect(effects == [.heartbeat(1), .wake(at: 1020)])
        effects.removeAll()
        coordinator.handle(.woken, at: 1020, into: &effects)
        #expect(effects == [.heartbeat(2), .wake(at: 2010)])
    }

    @Test("but not for what nobody could hear while the process did not run")
    func suspension() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.now = 600_000
        #expect(bench.tell(.woken).isEmpty)
        #expect(bench.pass(2999).isEmpty)
        #expect(bench.pass(1).disconnected == [1])
    }

    @Test("when their process connects again")
    func newConnection() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1, process: 9)
        bench.tell(.opened(1, SessionWishes()))
        let effects = bench.join(2, slots: 1, process: 9)
        #expect(effects.disconnected == [1])
        #expect(effects.grants == [2: 1])
    }

    @Test("not when they have said that they leave")
    func leaving() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.tell(.opened(1, SessionWishes()))
        bench.tell(.submitted(1, 1, call: 1))
        let description = CoordinatorBench.host(1, slots: 1)
        #expect(bench.tell(.message(1, .leaving)).reports == [.leaving(description)])
        #expect(bench.tell(.submitted(1, 2, call: 1)).isEmpty)
        #expect(bench.tell(.message(1, .finished(1))) == [.finish(1)])
        #expect(bench.tell(.left(1, "")).reports == [.left(CoordinatorBench.host(1, slots: 1))])
        #expect(bench.coordinator.counts.remembered == 0)
    }

    @Test("too often, and are not wanted for a while")
    func exclusion() {
        var bench = CoordinatorBench()
        for link: LinkNumber in 1...3 {
            bench.join(link, slots: 1, process: 9)
            let reports = bench.tell(.left(link, "reset")).reports
            #expect(reports.count == (link == 3 ? 2 : 1))
        }
        #expect(bench.join(4, slots: 1, process: 9).disconnected == [4])
        bench.now += 99_999
        #expect(bench.join(5, slots: 1, process: 9).disconnected == [5])
        bench.now += 1
        #expect(bench.join(6, slots: 1, process: 9).reports.count == 1)
        #expect(bench.coordinator.counts.remembered == 0)
    }

    @Test("too often by connecting again, and the new connection is ended like the old one (seed 46036)")
    func exclusionByConnecting() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1, process: 9)
        #expect(bench.join(2, slots: 1, process: 9).disconnected == [1])
        #expect(bench.join(3, slots: 1, process: 9).disconnected == [2])
        #expect(bench.join(4, slots: 1, process: 9).disconnected == [3, 4])
        #expect(bench.coordinator.counts.hosts == 0)
    }

    @Test("when they answer three times for batches that they do not have")
    func faults() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.join(2, slots: 1)
        bench.tell(.opened(1, SessionWishes()))
        bench.tell(.submitted(1, 1, call: 1))
        let other: LinkNumber = 2
        #expect(bench.tell(.message(other, .answer(1))).isEmpty)
        #expect(bench.tell(.message(other, .finished(1))).isEmpty)
        let effects = bench.tell(.message(other, .failed(99, .returned)))
        #expect(effects.disconnected == [other])
        #expect(effects.reports.count == 2)
        #expect(bench.join(3, slots: 1, process: 2).disconnected == [3])
        #expect(bench.tell(.message(1, .finished(1))) == [.finish(1)])
    }

    @Test("when they give back all that they are given, and nobody has asked them to")
    func returns() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.tell(.opened(1, SessionWishes()))
        var count = 0
        for batch: BatchNumber in 1...1000 {
            bench.tell(.submitted(1, batch, call: 1))
            let effects = bench.tell(.message(1, .failed(batch, .returned)))
            count += 1
            guard effects.disconnected.isEmpty else { break }
        }
        #expect(count == CoordinatorBench.settings.largestReturnCount + 1)
        #expect(bench.join(2, slots: 1, process: 1).disconnected == [2])
    }

    @Test("but not when others have asked them to, or when they do something in between")
    func returnsThatAreAskedFor() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.tell(.opened(1, SessionWishes()))
        var batch: BatchNumber = 0
        for call: UInt64 in 1...100 {
            for _ in 0..<2 {
                batch += 1
                bench.tell(.submitted(1, batch, call: call))
            }
            switch call % 3 {
            case 0:
                bench.tell(.cancelled(1, call: call))
                bench.tell(.message(1, .failed(batch - 1, .returned)))
            case 1: bench.tell(.message(1, .finished(batch - 1)))
            default: bench.tell(.message(1, .failed(batch - 1, .lost("no memory"))))
            }
            #expect(bench.tell(.message(1, .failed(batch, .returned))).disconnected.isEmpty)
        }
        #expect(bench.coordinator.counts.hosts == 1 && bench.coordinator.counts.faults == 0)
    }

    @Test("at once when they say what means nothing")
    func nonsense() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        #expect(bench.tell(.message(1, .nonsense)).disconnected == [1])
        #expect(bench.join(2, slots: 1, process: 1).disconnected.isEmpty)
    }
}
