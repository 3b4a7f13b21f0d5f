// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct ForkedLedgerTests {
    typealias Assignment = ForkedLedger.Assignment

    @Test("Reruns come first, then what nobody has claimed, then what was lost on the way")
    func order() {
        var ledger = ForkedLedger()
        let answer1 = ledger.next(hasUnclaimed: true) { [] }
        #expect(answer1 == [])
        ledger.left([3..<5])
        let answer2 = ledger.next(hasUnclaimed: true) { [] }
        #expect(answer2 == [Assignment(range: 3..<5)])
        let answer3 = ledger.next(hasUnclaimed: false) { [7..<9] }
        #expect(answer3 == nil)
        ledger.left([])
        #expect(ledger.active == 0)
        #expect(
            ledger.next(hasUnclaimed: false) { [7..<9, 11..<12] } == [7..<9, 11..<12].map { Assignment(range: $0) }
        )
        ledger.left([])
        let answer4 = ledger.next(hasUnclaimed: false) { [] }
        #expect(answer4 == nil)
    }

    @Test("A crash counts against the retries, a death from outside does not, twice")
    func judgement() {
        var ledger = ForkedLedger()
        let answer5 = ledger.judge(4, attempt: 1, retries: 0, isFromOutside: false)
        #expect(answer5 == .failed)
        let answer6 = ledger.judge(4, attempt: 1, retries: 1, isFromOutside: false)
        #expect(answer6 == .again(attempt: 2))
        let answer7 = ledger.judge(4, attempt: 2, retries: 1, isFromOutside: false)
        #expect(answer7 == .failed)
        for attempt in 1...2 {
            let answer8 = ledger.judge(5, attempt: attempt, retries: 0, isFromOutside: true)
            #expect(answer8 == .again(attempt: attempt + 1))
        }
        let answer9 = ledger.judge(5, attempt: 3, retries: 0, isFromOutside: true)
        #expect(answer9 == .quarantined)
    }

    @Test("Three deaths in a row without a name, or two standstills, are enough")
    func unexplained() {
        var ledger = ForkedLedger()
        let answer10 = ledger.noteUnexplainedDeath()
        #expect(!answer10)
        let answer11 = ledger.noteUnexplainedDeath()
        #expect(!answer11)
        ledger.noteProgress()
        let answer12 = ledger.noteUnexplainedDeath()
        #expect(!answer12)
        let answer13 = ledger.noteUnexplainedDeath()
        #expect(!answer13)
        let answer14 = ledger.noteUnexplainedDeath()
        #expect(answer14)
        var stuck = ForkedLedger()
        let answer15 = stuck.noteUnexplainedDeath(isStuck: true)
        #expect(!answer15)
        stuck.noteProgress()
        let answer16 = stuck.noteUnexplainedDeath(isStuck: true)
        #expect(answer16)
    }

    @Test("It gives up when 32 workers in a row did nothing but die, within ten seconds, and names the first three")
    func fatal() {
        var ledger = ForkedLedger()
        func giveUpAfter(_ count: UInt64, every interval: UInt64) -> UInt64? {
            for number in 1...count where ledger.fatalTasks.note("death \(number)", now: number * interval) {
                return number
            }
            return nil
        }
        let inTime = giveUpAfter(100, every: 1_000_000)
        #expect(inTime == 32)
        #expect(ledger.fatalTasks.reports == ["death 1", "death 2", "death 3"])
        ledger.fatalTasks.end()
        #expect(ledger.fatalTasks.reports.isEmpty)
        let afterFruit = giveUpAfter(31, every: 1_000_000)
        #expect(afterFruit == nil)
        ledger.fatalTasks.end()
        let slowly = giveUpAfter(100, every: 1_000_000_000)
        #expect(slowly == nil)
    }

    @Test("What shared a worker that died without a name runs again one by one")
    func isolation() {
        var ledger = ForkedLedger()
        _ = ledger.next(hasUnclaimed: true) { [] }
        ledger.left([2..<4], isolated: true)
        let answer17 = ledger.next(hasUnclaimed: true) { [] }
        #expect(answer17 == [Assignment(range: 2..<3, isIsolated: true)])
        let answer18 = ledger.next(hasUnclaimed: true) { [] }
        #expect(answer18 == [Assignment(range: 3..<4, isIsolated: true)])
    }
}

struct ForkedWatchTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("A task is ended when its time is over, once")
    func timeLimit() {
        var watch = ForkedWatch(now: 100, timeLimit: 50, ticks: false)
        #expect(watch.deadline(now: 110, taskStart: 105) == 155)
        let answer19 = watch.look(now: 154, taskStart: 105, hasEntered: true) { nil }
        #expect(answer19 == .wait)
        let answer20 = watch.look(now: 155, taskStart: 105, hasEntered: true) { nil }
        #expect(answer20 == .endTask)
        let answer21 = watch.look(now: 156, taskStart: 105, hasEntered: true) { nil }
        #expect(answer21 == .wait)
    }

    @Test("After the call a worker has its grace")
    func grace() {
        var watch = ForkedWatch(now: 0, timeLimit: nil, ticks: false)
        watch.stop(now: 10)
        watch.stop(now: 500)
        #expect(watch.deadline(now: 20, taskStart: nil) == 10 + ForkedWatch.grace)
        let answer22 = watch.look(now: 9 + ForkedWatch.grace, taskStart: nil, hasEntered: true) { nil }
        #expect(answer22 == .wait)
        let answer23 = watch.look(now: 10 + ForkedWatch.grace, taskStart: nil, hasEntered: true) { nil }
        #expect(answer23 == .endWorker)
    }

    @Test("A worker that stands still and has come to no task is stuck at the first look")
    func start() {
        var watch = ForkedWatch(now: 0, timeLimit: nil, ticks: false)
        #expect(watch.deadline(now: 1, taskStart: nil) == ForkedWatch.standstillLimit)
        var computing = watch
        let standing = watch.look(now: ForkedWatch.standstillLimit, taskStart: nil, hasEntered: false) { 1 }
        #expect(standing == .endStuck)
        let busy = computing.look(now: ForkedWatch.standstillLimit, taskStart: nil, hasEntered: false) { nil }
        #expect(busy == .wait)
    }

    @Test("One that stands still is stuck when the same standstill is seen again, and not before")
    func standstill() {
        var watch = ForkedWatch(now: 0, timeLimit: nil, ticks: false)
        let look = { (watch: inout ForkedWatch, time: UInt64, id: Int?) in
            watch.look(now: time * Self.second, taskStart: nil, hasEntered: true) { id }
        }
        let seen = [(10, 1), (15, 1), (20, 2), (30, nil), (40, 2), (50, 2)].map { look(&watch, $0.0, $0.1) }
        #expect(seen == [.wait, .wait, .wait, .wait, .wait, .endStuck])
    }
}

struct ForkedSizersTests {
    @Test("A batch grows until the fork is a twentieth of its work, and shrinks when it is much more")
    func batches() {
        var sizer = ForkedBatchSizer()
        sizer.didRun(1, overhead: 100, work: 1000)
        #expect(sizer.size == 2)
        sizer.didRun(1, overhead: 100, work: 10)
        #expect(sizer.size == 2)
        sizer.didRun(2, overhead: 100, work: 2500)
        #expect(sizer.size == 2)
        sizer.didRun(2, overhead: 100, work: 9000)
        #expect(sizer.size == 1)
        sizer.didRun(1, overhead: 100, work: 9000)
        #expect(sizer.size == 1)
    }

    @Test("Chunks grow while they are short, and are small at the end")
    func chunks() {
        var sizer = ForkedChunkSizer(fixedSize: nil, workers: 2, isEncoded: false)
        var time: UInt64 = 1000
        var sizes: [Int] = []
        for _ in 0..<5 {
            sizes.append(sizer.next(unclaimed: 1_000_000, now: time))
            time += 100
        }
        #expect(sizes == [1, 2, 4, 8, 16])
        let answer26 = sizer.next(unclaimed: 8, now: time)
        #expect(answer26 == 2)
        let answer27 = sizer.next(unclaimed: 1, now: time + 1)
        #expect(answer27 == 1)
        var fixed = ForkedChunkSizer(fixedSize: 7, workers: 2, isEncoded: false)
        let answer28 = fixed.next(unclaimed: 1, now: 5)
        #expect(answer28 == 7)
    }

    @Test("Messages survive their way, and bytes that are none are refused")
    func messages() throws {
        var writer = WorkerMessageWriter()
        writer.add(
            WorkerMessage(kind: .failed, index: 7, attempt: 2, time: 3, duration: 4, payload: [1, 2], trace: "x")
        )
        writer.add(WorkerMessage(kind: .result, index: 8))
        let bytes = writer.takeAll()
        var reader = WorkerMessageReader(bytes)
        let first = try #require(try reader.next())
        #expect(
            first.kind == .failed && first.index == 7 && first.attempt == 2 && first.payload == [1, 2]
                && first.trace == "x"
        )
        let answer29 = try reader.next()?.index
        #expect(answer29 == 8)
        let answer30 = try reader.next()
        #expect(answer30 == nil)
        for count in 1..<bytes.count where count != bytes.count - 49 {
            var cut = WorkerMessageReader(Array(bytes.prefix(count)))
            #expect(throws: ByteReader.Malformed.self) { while try cut.next() != nil {} }
        }
        var unknown = WorkerMessageReader([200])
        #expect(throws: ByteReader.Malformed.self) { try unknown.next() }
    }
}
