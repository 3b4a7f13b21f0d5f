// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import joblib_worker

@Suite("Whether a host makes way for another build", .timeLimit(.minutes(1)))
struct BuildWatchTests {
    private static let other = "joblib host: turned away: x: another build of the program: a runs 'p'\n"

    private func isOutdated(_ text: String) -> Bool {
        var watch = BuildWatch()
        for byte in text.utf8 { watch.add([byte]) }
        return watch.isOutdated
    }

    @Test("only when one has asked, and nobody is served")
    func decides() {
        #expect(!self.isOutdated("joblib host: listening at 127.0.0.1:1 with 2 workers, token a-b\n"))
        #expect(self.isOutdated(Self.other))
        #expect(!self.isOutdated("joblib host: works for desk:1 at x\n" + Self.other))
        #expect(
            self.isOutdated("joblib host: works for d at x\n" + Self.other + "joblib host: no longer works for d: y\n")
        )
        #expect(!self.isOutdated(Self.other + "joblib host: works for d at x\njoblib host: no longer works for d: y\n"))
        #expect(!self.isOutdated("a task: another build of the program: x\n"))
    }
}
