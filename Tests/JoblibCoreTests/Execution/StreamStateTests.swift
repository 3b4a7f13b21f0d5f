// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct StreamStateTests {
    @Test("An ordered stream delivers in the order of the input, whatever finishes first")
    func ordered() {
        var state = StreamState<Int>(window: 4, isOrdered: true, countsBuffered: true)
        state.claim(3)
        state.complete(2, [20])
        state.complete(1, [10])
        #expect(state.next().isPending)
        state.complete(0, [0])
        #expect(state.takeAll() == [0, 10, 20])
        #expect(state.next().isPending)
    }

    @Test("An unordered stream delivers in the order of arrival")
    func unordered() {
        var state = StreamState<Int>(window: 4, isOrdered: false, countsBuffered: true)
        state.claim(3)
        state.complete(2, [20])
        state.complete(0, [0])
        #expect(state.takeAll() == [20, 0])
        state.complete(1, [10])
        #expect(state.takeAll() == [10])
    }

    @Test("A batch is delivered whole, in its own order", arguments: [true, false])
    func batches(isOrdered: Bool) {
        var state = StreamState<Int>(window: 4, isOrdered: isOrdered, countsBuffered: true)
        state.claim(2)
        state.complete(0, [0, 1, 2])
        state.complete(3, [3, 4])
        #expect(state.takeAll() == [0, 1, 2, 3, 4])
    }

    @Test("Batches in flight and buffered ones fill the window together")
    func window() {
        var state = StreamState<Int>(window: 2, isOrdered: true, countsBuffered: true)
        state.claim(2)
        #expect(!state.hasRoom)
        state.complete(0, [0, 1])
        #expect(state.claim() == false)
        #expect(state.next().result == 0)
        #expect(!state.hasRoom)
        // The last result of the batch makes room at once, not only when the next is asked for.
        #expect(state.next().result == 1)
        #expect(state.hasRoom)
    }

    @Test("A list does not count what is buffered")
    func listWindow() {
        var state = StreamState<Int>(window: 1, isOrdered: true, countsBuffered: false)
        for first in 0..<100 {
            #expect(state.claim() == true)
            #expect(state.claim() == false)
            state.complete(first, [first])
        }
        #expect(state.takeAll() == Array(0..<100))
    }

    @Test("Without a window there is always room")
    func unbounded() {
        var state = StreamState<Int>(window: nil, isOrdered: true, countsBuffered: true)
        state.claim(1000)
        #expect(state.hasRoom)
    }

    @Test("The end comes after the last result, not with the last input", arguments: [true, false])
    func end(isOrdered: Bool) {
        var state = StreamState<Int>(window: 4, isOrdered: isOrdered, countsBuffered: true)
        state.claim(2)
        state.claimFoundNothing()
        #expect(state.isOver)
        #expect(state.claim() == false)
        #expect(state.next().isPending)
        state.complete(0, [0])
        #expect(state.next().result == 0)
        #expect(state.next().isEnd)
        #expect(state.next().isEnd)
    }

    @Test("In an ordered stream what is before a failure is delivered first")
    func orderedFailure() {
        var state = StreamState<Int>(window: 4, isOrdered: true, countsBuffered: true)
        state.claim(3)
        state.complete(3, [3], failure: "no 4")
        #expect(state.next().isPending)
        #expect(state.claim() == false)
        state.complete(0, [0, 1, 2])
        #expect(state.takeAll() == [0, 1, 2, 3])
    }

    @Test("A failure is delivered once, and nothing after it in an ordered stream")
    func failureOnce() {
        var state = StreamState<Int>(window: 4, isOrdered: true, countsBuffered: true)
        state.claim(3)
        state.complete(0, [0], failure: "no 1")
        state.complete(2, [2, 3])
        #expect(state.next().result == 0)
        #expect(state.next().failure == "no 1")
        #expect(state.next().isPending)
        state.complete(4, [4])
        #expect(state.next().isEnd)
    }

    @Test("A failure that nobody has taken yet ends the claims all the same", arguments: [true, false])
    func failureStopsClaims(isOrdered: Bool) {
        var state = StreamState<Int>(window: 9, isOrdered: isOrdered, countsBuffered: false)
        state.claim(2)
        state.complete(1, [], failure: "no 1")
        #expect(!state.hasRoom)
        #expect(state.isOver)
    }

    @Test("A stream that runs for long remembers nothing of what was taken")
    func boundedMemory() {
        var state = StreamState<Int>(window: 8, isOrdered: false, countsBuffered: true)
        state.claim(1)
        state.complete(0, [0])
        for first in 1..<10_000 {
            // One more is always waiting: the queue is never empty.
            state.claim(1)
            state.complete(first, [first])
            #expect(state.next().result == first - 1)
        }
        let fields = Mirror(reflecting: state).children.map(\.value)
        let parts = fields.flatMap { Mirror(reflecting: $0).children.map(\.value) }
        let sizes = (fields + parts).compactMap { ($0 as? any Collection)?.count }
        #expect(sizes.count >= 2)
        #expect(sizes.allSatisfy { $0 < 300 })
    }
}

extension StreamState<Int> {
    fileprivate mutating func claim(_ count: Int) {
        for _ in 0..<count { _ = self.claim() }
    }

    fileprivate mutating func complete(_ first: Int, _ results: [Int], failure: Broken? = nil) {
        self.complete(Outcome(first: first, results: results, failure: failure))
    }

    fileprivate mutating func takeAll() -> [Int] {
        var results: [Int] = []
        while let result = self.next().result { results.append(result) }
        return results
    }
}

private struct Broken: Error, Equatable, ExpressibleByStringLiteral {
    let name: String

    init(stringLiteral name: String) {
        self.name = name
    }
}

extension StreamState.Delivery {
    fileprivate var result: Stored? {
        if case .result(let result) = self { result } else { nil }
    }

    fileprivate var failure: Broken? {
        if case .failure(let failure) = self { failure as? Broken } else { nil }
    }

    fileprivate var isPending: Bool {
        if case .pending = self { true } else { false }
    }

    fileprivate var isEnd: Bool {
        if case .end = self { true } else { false }
    }
}
