// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Testing

@testable import JoblibCore

struct BatchSizerTests {
    @Test("A size that was asked for is kept exactly", arguments: [1, 7, 5000])
    func fixed(size: Int) {
        var sizer = BatchSizer(.fixture(batchSize: size, window: 4))
        #expect((0..<20).map { _ in sizer.next() } == [Int](repeating: size, count: 20))
    }

    @Test("Where reading ahead is bounded, tasks are read one by one")
    func bounded() {
        var sizer = BatchSizer(.fixture(window: 4))
        #expect((0..<20).map { _ in sizer.next() } == [Int](repeating: 1, count: 20))
    }

    @Test("Under a time limit tasks are read one by one, whatever was asked for")
    func timeLimit() {
        var sizer = BatchSizer(.fixture(batchSize: 16, timeout: .seconds(1)))
        #expect((0..<20).map { _ in sizer.next() } == [Int](repeating: 1, count: 20))
    }

    @Test("A time limit that is looked at afterwards changes no size")
    func lenientTimeLimit() {
        var sizer = BatchSizer(.fixture(backend: SequentialBackend(), batchSize: 16, timeout: .seconds(1)))
        #expect(sizer.next() == 16)
    }

    @Test("A measured size begins at 1, doubles for short batches, and stays below a limit")
    func growth() {
        var sizer = BatchSizer(.fixture())
        let sizes = (0..<2000).map { _ in sizer.next() }
        #expect(sizes.first == 1)
        #expect(sizes.max() == 256)
        #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $1 == $0 || $1 == 2 * $0 || $1 == $0 / 2 })
    }

    @Test("A measured size is halved for long batches, down to 1")
    func shrinking() {
        var sizer = BatchSizer(.fixture())
        var size = 0
        for _ in 0..<200 { size = sizer.next() }
        #expect(size > 1)
        while size > 1 {
            let start = MonotonicClock.now
            while MonotonicClock.now - start < 300_000 {}
            let next = sizer.next()
            #expect(next == size / 2)
            size = next
        }
        let start = MonotonicClock.now
        while MonotonicClock.now - start < 300_000 {}
        #expect(sizer.next() == 1)
    }
}
