// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("The other end is silent")
struct SilenceWatchTests {
    @Test("for three intervals since it was heard last, and not a moment longer")
    func moment() {
        var watch = SilenceWatch(interval: 100, at: 1000)
        watch.hear(at: 1250)
        // What was planned when it began; it has been heard since.
        #expect(watch.look(at: 1300) == 1550)
        #expect(watch.look(at: 1549) == 1550)
        #expect(watch.look(at: 1550) == nil)
    }

    @Test("but not while this end did not run")
    func suspension() {
        var watch = SilenceWatch(interval: 100, at: 0)
        #expect(watch.look(at: 100_000) == 100_300)
        #expect(watch.look(at: 100_300) == nil)
    }

    @Test("by the interval that it has named last")
    func interval() {
        var watch = SilenceWatch(interval: 2000, at: 0)
        watch.adopt(interval: 10, at: 50)
        #expect(watch.longestSilence == 30)
        #expect(watch.look(at: 79) == 80)
        #expect(watch.look(at: 80) == nil)
    }
}
