// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibLoky

struct StartupFailuresTests {
    /// How many ends of workers in a row it takes until something else comes of one than a successor, and what.
    private static func end(
        _ cause: StartupFailures.Cause,
        others: Bool,
        ready: Bool
    ) -> (count: Int, verdict: StartupFailures.Verdict) {
        var failures = StartupFailures()
        for count in 1...100 {
            let verdict = failures.note(cause, hasOthers: others, hasReadyOthers: ready)
            if verdict != .replace { return (count, verdict) }
        }
        return (0, .replace)
    }

    @Test("Three workers that end by themselves are enough, or nine that somebody else ends")
    func limits() {
        #expect(Self.end(.itself, others: true, ready: false) == (3, .giveUp))
        #expect(Self.end(.outside, others: true, ready: false) == (9, .giveUp))
        #expect(Self.end(.shortage, others: false, ready: false) == (9, .giveUp))
    }

    @Test("Where others have come up they do without it; for want of room at once, if there is another")
    func places() {
        #expect(Self.end(.itself, others: true, ready: true) == (3, .dropPlace))
        #expect(Self.end(.shortage, others: true, ready: false) == (1, .dropPlace))
    }

    @Test("One that comes up is a new beginning")
    func beginnings() {
        var failures = StartupFailures()
        for _ in 0..<10 {
            for _ in 0..<2 {
                let verdict = failures.note(.itself, hasOthers: true, hasReadyOthers: false)
                #expect(verdict == .replace)
            }
            failures.noteReadyWorker()
        }
    }
}
