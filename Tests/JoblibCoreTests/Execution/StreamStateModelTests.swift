// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

/// Random schedules, played to the state and to a model that is too simple to be wrong.
struct StreamStateModelTests {
    @Test("Every schedule has the deliveries and the room that a naive model has", arguments: 0..<200)
    func schedule(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let window = Bool.random(using: &random) ? nil : Int.random(in: 1...6, using: &random)
        let isOrdered = Bool.random(using: &random)
        let countsBuffered = Bool.random(using: &random)
        let failsAt = seed.isMultiple(of: 3) ? Int.random(in: 0..<60, using: &random) : nil

        var model = NaiveStream(window: window ?? .max, isOrdered: isOrdered, countsBuffered: countsBuffered)
        var state = StreamState<Int>(window: window, isOrdered: isOrdered, countsBuffered: countsBuffered)
        var inputLeft = 60
        var nextFirst = 0
        var delivered: [Int] = []
        for _ in 0..<100_000 {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                #expect(state.hasRoom == model.hasRoom)
                guard state.claim() else { break }
                let size = min(inputLeft, Int.random(in: 1...4, using: &random))
                guard size > 0 else {
                    state.claimFoundNothing()
                    model.isInputEnded = true
                    break
                }
                model.inFlight.append(nextFirst..<nextFirst + size)
                nextFirst += size
                inputLeft -= size
            case 1:
                guard let position = model.inFlight.indices.randomElement(using: &random) else { break }
                let batch = model.inFlight.remove(at: position)
                let failure = failsAt.flatMap { batch.contains($0) ? $0 : nil }
                let results = Array(batch.lowerBound..<(failure ?? batch.upperBound))
                state.complete(.init(first: batch.lowerBound, results: results, failure: failure.map(Failed.init)))
                model.finished.append(.init(first: batch.lowerBound, results: results, failure: failure))
            default:
                let expected = model.next()
                switch (state.next(), expected) {
                case (.result(let result), .result(let wanted)):
                    #expect(result == wanted)
                    delivered.append(result)
                case (.failure(let error), .failure(let index)):
                    #expect((error as? Failed)?.index == index)
                    #expect(!state.hasRoom)
                    if isOrdered { #expect(delivered == Array(0..<index)) }
                    return
                case (.end, .end):
                    #expect(delivered.sorted() == Array(0..<60))
                    if isOrdered { #expect(delivered == Array(0..<60)) }
                    return
                case (.pending, .pending):
                    break
                case (let delivery, let wanted):
                    Issue.record("delivered \(delivery) instead of \(wanted)")
                    return
                }
            }
        }
        Issue.record("the stream has come to no end")
    }
}

private struct Failed: Error {
    let index: Int
}

/// What a stream is, without a thought for speed.
private struct NaiveStream {
    struct Finished {
        let first: Int
        var results: [Int]
        let failure: Int?
    }

    enum Delivery {
        case result(Int)
        case failure(Int)
        case end
        case pending
    }

    let window: Int
    let isOrdered: Bool
    let countsBuffered: Bool

    var isInputEnded = false
    var inFlight: [Range<Int>] = []

    /// In the order of arrival, those taken completely removed.
    var finished: [Finished] = [] {
        didSet { if self.finished.contains(where: { $0.failure != nil }) { self.hasFailed = true } }
    }

    private var hasFailed = false
    private var taken = 0

    init(window: Int, isOrdered: Bool, countsBuffered: Bool) {
        self.window = window
        self.isOrdered = isOrdered
        self.countsBuffered = countsBuffered
    }

    var hasRoom: Bool {
        let held = self.inFlight.count + (self.countsBuffered ? self.finished.count : 0)
        return !self.isInputEnded && !self.hasFailed && held < self.window
    }

    mutating func next() -> Delivery {
        let position =
            self.isOrdered ? self.finished.firstIndex { $0.first <= self.taken } : self.finished.indices.first
        guard let position else {
            let isOver = self.isInputEnded || self.hasFailed
            return isOver && self.inFlight.isEmpty ? .end : .pending
        }
        guard let result = self.finished[position].results.first else {
            return .failure(self.finished[position].failure ?? -1)
        }
        self.taken += 1
        self.finished[position].results.removeFirst()
        if self.finished[position].results.isEmpty, self.finished[position].failure == nil {
            self.finished.remove(at: position)
        }
        return .result(result)
    }
}
