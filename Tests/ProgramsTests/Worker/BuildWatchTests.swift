// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@testable import joblib_worker

@Suite("Whether a host makes way for another build", .timeLimit(.minutes(1)))
struct BuildWatchTests {
    private static let other = HostLine.otherBuild(at: nil, reason: "another build of the program: a runs 'p'")
    private static let serves = HostLine.serves("desk:1", at: "127.0.0.1:1")
    private static let leaves = HostLine.leaves("desk:1", reason: "it is gone")

    private func isOutdated(_ lines: HostLine...) -> Bool {
        var watch = BuildWatch()
        for line in lines { watch.note(line) }
        return watch.isOutdated
    }

    @Test("only when one has asked, and nobody is served")
    func decides() {
        let offer = HostLine.Offer(workers: 2, credentials: "token a-b")
        #expect(!self.isOutdated(.listening(at: "127.0.0.1:1", offer)))
        #expect(self.isOutdated(Self.other))
        #expect(!self.isOutdated(Self.serves, Self.other))
        #expect(self.isOutdated(Self.serves, Self.other, Self.leaves))
        #expect(!self.isOutdated(Self.other, Self.serves, Self.leaves))
        #expect(!self.isOutdated(.other("another build of the program: x")))
    }
}
