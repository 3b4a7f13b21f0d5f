// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import Testing

@testable import JoblibCluster

@Suite("Who is told what becomes of a host")
struct HostFollowersTests {
    private let one = CoordinatorBench.host(1, slots: 3)
    private let other = CoordinatorBench.host(2, slots: 5)

    private func told(_ followers: inout HostFollowers, _ event: ClusterEvent) -> [SessionNumber: HostEvent] {
        Dictionary(uniqueKeysWithValues: followers.events(of: event))
    }

    @Test("are the sessions that have had workers on it, once for each time that it has come")
    func sessions() {
        var followers = HostFollowers()
        let additions = [
            followers.add(7, self.one.processID), followers.add(8, self.one.processID),
            followers.add(7, self.one.processID), followers.add(9, self.other.processID),
        ]
        #expect(additions == [true, true, false, true])
        #expect(self.told(&followers, .leaving(self.one)).isEmpty)
        let lost = HostEvent.lost("host 1", because: "reset")
        #expect(self.told(&followers, .lost(self.one, "reset")) == [7: lost, 8: lost])
        #expect(self.told(&followers, .lost(self.one, "reset")).isEmpty)
        let isNew = followers.add(7, self.one.processID)
        #expect(isNew)
        #expect(self.told(&followers, .left(self.one)) == [7: .left("host 1")])
        #expect(self.told(&followers, .left(self.other)) == [9: .left("host 2")])
    }

    @Test("are no sessions that are over, or were refused by it")
    func others() {
        var followers = HostFollowers()
        for session: SessionNumber in 7...9 { _ = followers.add(session, self.one.processID) }
        followers.remove(7, self.one.processID)
        followers.remove(8)
        #expect(self.told(&followers, .left(self.one)) == [9: .left("host 1")])
    }

    @Test("are told as well that a host is left out that they have just lost")
    func exclusion() {
        var followers = HostFollowers()
        _ = followers.add(7, self.one.processID)
        _ = self.told(&followers, .lost(self.one, "reset"))
        #expect(self.told(&followers, .excluded(self.other, "x")).isEmpty)
        let excluded = HostEvent.excluded("host 1", because: "it was lost 3 times")
        #expect(self.told(&followers, .excluded(self.one, "it was lost 3 times")) == [7: excluded])
    }

    @Test("and those who wait for workers count those of a host that leaves no longer, and once")
    func slots() {
        var followers = HostFollowers()
        let events: [ClusterEvent] = [
            .joined(self.one), .joined(self.other), .leaving(self.one), .left(self.one), .lost(self.other, "reset"),
            .excluded(self.other, "x"), .joined(self.one), .leaving(self.one), .lost(self.one, "reset"),
        ]
        let changes = events.map { followers.slotChange(by: $0) }
        #expect(changes == [3, 5, -3, 0, -5, 0, 3, -3, 0])
    }
}
