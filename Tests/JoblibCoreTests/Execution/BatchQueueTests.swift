// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization
import Testing

@testable import JoblibCore

struct BatchQueueTests {
    @Test("What was handed in first comes out first")
    func order() {
        let queue = BatchQueue<Int>()
        queue.push([1, 2])
        queue.push([3])
        #expect(queue.pop() == [1, 2])
        queue.push([4])
        #expect(queue.pop() == [3])
        #expect(queue.pop() == [4])
        #expect(queue.pop() == nil)
    }

    @Test("A queue is empty when everything has come out, and can be filled again")
    func emptiness() {
        let queue = BatchQueue<Int>()
        #expect(queue.isEmpty)
        for round in 0..<3 {
            queue.push([round])
            #expect(!queue.isEmpty)
            #expect(queue.pop() == [round])
            #expect(queue.isEmpty)
        }
    }

    @Test("Each batch comes out once, however many threads take", .timeLimit(.minutes(1)))
    func concurrency() async throws {
        let queue = BatchQueue<Int>()
        let popped = Mutex<[Int]>([])
        try await onThreads(4) { number in
            for position in 0..<1000 {
                queue.push([number * 1000 + position])
                if let batch = queue.pop() { popped.withLock { $0 += batch } }
            }
        }
        #expect(popped.withLock { $0.sorted() } == Array(0..<4000))
        #expect(queue.isEmpty)
    }

    @Test("A queue that is never empty neither grows nor keeps what has come out alive")
    func neverEmpty() {
        let population = Tracked.Population()
        let queue = BatchQueue<Tracked>()
        queue.push([Tracked(in: population)])
        for _ in 0..<1000 {
            queue.push([Tracked(in: population)])
            _ = queue.pop()
            #expect(population.alive == 1)
        }
    }

    @Test("An emptied queue keeps nothing that has come out alive")
    func lifetimes() {
        let population = Tracked.Population()
        let queue = BatchQueue<Tracked>()
        for _ in 0..<10 { queue.push([Tracked(in: population)]) }
        #expect(population.alive == 10)
        while queue.pop() != nil {}
        #expect(population.alive == 0)
    }
}
