// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCluster

@Suite("What is wanted of a driver")
struct ClusterWishesTests {
    private func numbers(_ wishes: [ClusterWish]) -> [UInt64] {
        wishes.compactMap { if case .forget(let number) = $0 { number } else { nil } }
    }

    @Test("It is told to look for the first, and for none that comes before it has looked")
    func first() {
        var wishes = ClusterWishes()
        let mustTell = (1...3).map { wishes.add(.forget(array: $0)) }
        #expect(mustTell == [true, false, false])
        let list = wishes.take().list
        #expect(self.numbers(list) == [1, 2, 3])
    }

    @Test("It looks again by itself where several had come, until nothing has")
    func several() {
        var wishes = ClusterWishes()
        for number in 1...3 as ClosedRange<UInt64> { _ = wishes.add(.forget(array: number)) }
        let first = wishes.take()
        let mustTell = (4...5).map { wishes.add(.forget(array: $0)) }
        let (second, third) = (wishes.take(), wishes.take())
        #expect([first, second, third].map(\.mustLookAgain) == [true, true, false])
        #expect(mustTell == [false, false])
        #expect(self.numbers(second.list) == [4, 5] && third.list.isEmpty)
        let mustTellLater = wishes.add(.forget(array: 6))
        #expect(mustTellLater)
    }

    @Test("What comes alone waits for nothing, and nothing for it")
    func alone() {
        var wishes = ClusterWishes()
        for number in 1...3 as ClosedRange<UInt64> {
            let mustTell = wishes.add(.forget(array: number))
            let (list, mustLookAgain) = wishes.take()
            #expect(mustTell && self.numbers(list) == [number] && !mustLookAgain)
        }
    }
}
