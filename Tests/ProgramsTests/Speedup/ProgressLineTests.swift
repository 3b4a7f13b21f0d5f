// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_speedup

@Suite("The line of progress")
struct ProgressLineTests {
    @Test("On a terminal every step redraws the line")
    func terminal() {
        var progress = ProgressLine(total: 10, isTerminal: true)
        #expect(progress.start("a", elapsed: .zero) == "\r\u{1B}[K[ 1/10] a, 0.0 s")
        #expect(progress.start("b", elapsed: .milliseconds(250)) == "\r\u{1B}[K[ 2/10] b, 0.3 s")
        #expect(
            progress.finish(elapsed: .seconds(1), isInterrupted: true)
                == "\r\u{1B}[Kinterrupted: 1 of 10 runs done in 1.0 s\n"
        )
    }

    @Test("Elsewhere a line is written every two seconds at most")
    func plain() {
        var progress = ProgressLine(total: 4, isTerminal: false)
        #expect(progress.start("a", elapsed: .zero) == "[1/4] a, 0.0 s\n")
        #expect(progress.start("b", elapsed: .seconds(1)) == "")
        #expect(progress.start("c", elapsed: .seconds(2)) == "[3/4] c, 2.0 s\n")
        #expect(progress.start("d", elapsed: .seconds(3)) == "")
        #expect(progress.finish(elapsed: .seconds(4), isInterrupted: false) == "4 runs done in 4.0 s\n")
    }
}
