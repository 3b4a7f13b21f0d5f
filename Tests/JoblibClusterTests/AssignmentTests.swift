// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("Batches go to hosts")
struct AssignmentTests {
    @Test("the emptiest first in proportion to its workers, and wait where all are full")
    func emptiest() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 2)
        bench.join(2, slots: 1)
        bench.tell(.opened(1, SessionWishes()))
        var runners: [LinkNumber] = []
        for batch: BatchNumber in 1...7 { runners += bench.tell(.submitted(1, batch, call: 1)).runners }
        #expect(runners.count == 6)
        #expect(runners.count { $0 == 1 } == 4)
        #expect(Set(runners.prefix(2)) == [1, 2])
        #expect(bench.tell(.message(1, .finished(1))) == [.finish(1), .run(1, 7, 1)])
    }

    @Test("and are cancelled there, while answers still count")
    func cancellation() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.tell(.opened(1, SessionWishes()))
        for batch: BatchNumber in 1...3 { bench.tell(.submitted(1, batch, call: 1)) }
        let effects = bench.tell(.cancelled(1, call: 1))
        #expect(effects.failures.keys.sorted() == [3])
        #expect(effects.suffix(2) == [.cancel(1, 1), .cancel(1, 2)])
        #expect(bench.tell(.message(1, .answer(1))) == [.accept(1)])
        #expect(bench.tell(.message(1, .finished(1))) == [.finish(1)])
    }

    @Test("and come back when others have had nothing to do for a while", arguments: [false, true])
    func evening(isJoining: Bool) {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        if !isJoining { bench.join(2, slots: 1) }
        bench.tell(.opened(1, SessionWishes()))
        for batch: BatchNumber in 1...(isJoining ? 2 : 4) { bench.tell(.submitted(1, batch, call: 1)) }
        if isJoining {
            bench.join(2, slots: 1)
        } else {
            bench.tell(.message(2, .finished(2)))
            bench.tell(.message(2, .finished(4)))
        }
        #expect(bench.pass(49).isEmpty)
        #expect(bench.pass(1) == [.recall(1, 1)])
        // Once is enough.
        #expect(bench.pass(200).isEmpty)
        let last: BatchNumber = isJoining ? 2 : 3
        guard case .notBegun(isReturned: true, _)? = bench.tell(.message(1, .failed(last, .returned))).failures[last]
        else { return #expect(Bool(false), "batch \(last) does not come back") }
        #expect(bench.tell(.submitted(1, 5, call: 1)).runners == [2])
    }

    @Test("a second time when they take much longer than others: whoever finishes first wins")
    func speculation() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 4)
        bench.join(2, slots: 4)
        bench.tell(.opened(1, SessionWishes(isSpeculative: true)))
        var runners: [BatchNumber: LinkNumber] = [:]
        for batch: BatchNumber in 1...8 { runners[batch] = bench.tell(.submitted(1, batch, call: 1)).runners[0] }
        bench.now = 100
        for batch: BatchNumber in 1...7 { bench.tell(.message(runners[batch] ?? 0, .finished(batch))) }
        let slow = runners[8] ?? 0
        #expect(bench.pass(100).isEmpty)
        let other = 3 - slow
        #expect(bench.pass(1).runners == [other])
        #expect(bench.tell(.message(slow, .answer(8))) == [.accept(8)])
        #expect(bench.tell(.message(other, .answer(8))) == [.accept(8)])
        #expect(bench.tell(.message(other, .finished(8))) == [.cancel(slow, 8), .finish(8)])
        // What the slower one says is to be expected, until it says that it has ended.
        #expect(bench.tell(.message(slow, .answer(8))).isEmpty)
        #expect(bench.tell(.message(slow, .finished(8))).isEmpty)
        #expect(bench.coordinator.counts.faults == 0)
        bench.tell(.message(slow, .finished(8)))
        #expect(bench.coordinator.counts.faults == 1)
    }

    @Test("and are forgotten with their session")
    func closing() {
        var bench = CoordinatorBench()
        bench.join(1, slots: 1)
        bench.tell(.opened(1, SessionWishes()))
        for batch: BatchNumber in 1...3 { bench.tell(.submitted(1, batch, call: 1)) }
        #expect(bench.tell(.closed(1)).failures.keys.sorted() == [1, 2, 3])
        bench.tell(.message(1, .finished(1)))
        bench.tell(.message(1, .failed(2, .returned)))
        let counts = bench.coordinator.counts
        #expect([counts.sessions, counts.calls, counts.grants, counts.batches, counts.faults] == [0, 0, 0, 0, 0])
    }
}
