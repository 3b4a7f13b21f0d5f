// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Testing

@testable import JoblibCore

@Suite(.timeLimit(.minutes(1)))
struct ProgressTextTests {
    @Test(
        "What matters least is left out first",
        arguments: [
            (120, "420/1000 42% [################........................] 81/s ETA 7.2s 2 workers 1 failed 3 retried"),
            (70, "420/1000 42% [####.......] 81/s ETA 7.2s 2 workers 1 failed 3 retried"),
            (60, "420/1000 42% 81/s ETA 7.2s 2 workers 1 failed 3 retried"),
            (50, "420/1000 42% 81/s ETA 7.2s 1 failed 3 retried"),
            (40, "420/1000 42% ETA 7.2s 1 failed"),
            (24, "420/1000 42% ETA 7.2s"),
            (14, "420/1000 42%"),
            (10, "42%"),
            (4, "42%"),
            (3, "42"),
            (1, "4"),
        ]
    )
    func widths(columns: Int, line: String) {
        let text = ProgressText.fixture(ended: 420, total: 1000, failed: 1, retried: 3, rate: 81)
        // The first part stands in for all where not even the percentage has room.
        #expect(text.line(columns: columns) == line)
    }

    @Test("A line is shorter than the terminal is wide, whatever it tells", arguments: 1...130)
    func fits(columns: Int) {
        for (ended, total) in [(0, nil), (7, nil), (1_234_567, nil), (0, 1), (3, 3), (999, 100_000_000)]
            as [(Int, Int?)]
        {
            for end in [nil, .completed, .failed, .cancelled] as [CallEnd?] {
                let text = ProgressText.fixture(
                    ended: ended,
                    total: total,
                    failed: 12,
                    retried: 1,
                    rate: 0.01,
                    end: end
                )
                let line = text.line(columns: columns)
                #expect(line.utf8.count <= max(columns - 1, 1))
                #expect(!line.isEmpty)
            }
        }
    }

    @Test(
        "Rates are told in what suits them",
        arguments: [
            (0.0, "0/s"), (0.05, "20.0s/task"), (0.25, "0.2/s"), (9.94, "9.9/s"), (81, "81/s"), (1234, "1.2k/s"),
            (3_400_000, "3.4M/s"),
        ]
    )
    func rates(rate: Double, text: String) {
        #expect(ProgressText.fixture(ended: 1, rate: rate).plainLine.split(separator: " | ")[1] == text)
    }

    @Test(
        "Times are told to the second, and short ones to the tenth",
        arguments: [(0.0, "0.0s"), (9.94, "9.9s"), (9.96, "0:10"), (61, "1:01"), (3661, "1:01:01"), (1e12, "99:59:59")]
    )
    func times(elapsed: Double, text: String) {
        #expect(ProgressText.fixture(ended: 1, elapsed: elapsed).plainLine.split(separator: " | ")[2] == text)
    }

    @Test("Without a total there is neither a percentage nor a bar, and the time is that so far")
    func unknownTotal() {
        #expect(ProgressText.fixture(ended: 1, rate: 3, elapsed: 2).line(columns: 80) == "1 task 3.0/s 2.0s 2 workers")
    }

    @Test("Not before everything has ended is it 100%")
    func roundedDown() {
        #expect(ProgressText.fixture(ended: 9999, total: 10_000).plainLine.hasPrefix("9999/10000 99% "))
        #expect(ProgressText.fixture(ended: 0, total: 0).plainLine.hasPrefix("0/0 100% "))
    }

    @Test(
        "The end says how it came",
        arguments: [(.completed, "in 3.0s"), (.failed, "failed after 3.0s"), (.cancelled, "cancelled after 3.0s")]
            as [(CallEnd, String)]
    )
    func ends(end: CallEnd, text: String) {
        let line = ProgressText.fixture(ended: 1, total: 3, elapsed: 3, end: end).plainLine
        #expect(line.split(separator: " | ")[2] == text)
    }

    @Test("A rate follows what happens now, and forgets what was long ago")
    func rate() {
        var rate = ProgressRate(workers: 2)
        #expect(rate.perSecond == 0)
        for second in 1...20 { rate.note(second * 10, at: Double(second)) }
        #expect(abs(rate.perSecond - 10) < 0.01)
        for second in 21...50 { rate.note(200, at: Double(second)) }
        #expect(rate.perSecond < 0.1)
        // A clock that has not moved says nothing.
        let before = rate.perSecond
        rate.note(300, at: 50)
        #expect(rate.perSecond == before)
    }

    @Test(
        "Of tasks longer than any memory the rate is known after the first, and does not fall while others are at work"
    )
    func longTasks() {
        var rate = ProgressRate(workers: 2)
        // Two workers, and fifteen seconds for each of twenty tasks.
        for tick in 0...1499 {
            let time = Double(tick) / 10
            rate.note(Int(time / 15) * 2, at: time)
            guard time >= 15.2 else { continue }
            #expect(abs(rate.perSecond - 2 / 15) < 0.02, "at \(time)")
            let left = rate.secondsLeft(for: 20 - Int(time / 15) * 2, at: time) ?? -1
            #expect(abs(left - (150 - time)) < 15, "at \(time)")
        }
    }

    @Test(
        "A bar is drawn where somebody watches a terminal that can",
        arguments: [
            (true, [:], .redrawn), (false, [:], .lines), (true, ["TERM": "dumb"], .lines), (true, ["CI": "1"], .lines),
            (true, ["CI": "false"], .redrawn), (true, ["CI": ""], .redrawn), (true, ["NO_COLOR": "0"], .lines),
            (true, ["NO_COLOR": ""], .redrawn),
        ] as [(Bool, [String: String], ProgressBar.Mode)]
    )
    func mode(isTerminal: Bool, environment: [String: String], mode: ProgressBar.Mode) {
        #expect(ProgressBar.Mode.ofBar(isTerminal: isTerminal) { environment[$0] } == mode)
    }

    @Test("A plain line comes every ten seconds, and at the end")
    func plainLines() {
        let bar = ProgressBar(.lines, CallTally(), workers: 2, label: "[Parallel(n_jobs=2)]")
        // The bar has begun a moment before.
        let start = MonotonicClock.now
        let second: UInt64 = 1_000_000_000
        #expect(bar.plainLine(at: start + 9 * second) == nil)
        #expect(bar.plainLine(at: start + 11 * second)?.hasPrefix("[Parallel(n_jobs=2)]: 0 tasks | ") == true)
        #expect(bar.plainLine(at: start + 20 * second) == nil)
        #expect(bar.plainLine(at: start + 22 * second) != nil)
        #expect(bar.lastLine(at: start + 23 * second, .completed).contains("in 0:23"))
    }
}

extension ProgressText {
    fileprivate static func fixture(
        ended: Int,
        total: Int? = nil,
        failed: Int = 0,
        retried: Int = 0,
        rate: Double = 1,
        elapsed: Double = 1,
        end: CallEnd? = nil
    ) -> ProgressText {
        ProgressText(
            ended: ended,
            total: total,
            failed: failed,
            retried: retried,
            workers: 2,
            elapsed: elapsed,
            rate: rate,
            left: total.map { Double($0 - ended) / rate },
            end: end
        )
    }
}
