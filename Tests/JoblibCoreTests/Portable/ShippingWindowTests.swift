// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

@Suite("How many batches a worker has")
struct ShippingWindowTests {
    private func window(batch: Int = 100, answer: Int = 100, hasArrays: Bool = false, hasEnded: Bool = true) -> Int {
        var window = ShippingWindow()
        window.noteBatch(of: batch, hasArrays: hasArrays)
        window.noteAnswer(of: answer)
        if hasEnded { window.noteEnd() }
        return window.batchesAhead(256)
    }

    @Test("All that there may be of small ones, and fewer until it is known how large answers are")
    func small() {
        #expect(self.window() == 256)
        #expect(self.window(hasEnded: false) == 64)
        var window = ShippingWindow()
        window.noteEnd()
        #expect([1, 2, 16, 500].map { window.batchesAhead($0) } == [1, 2, 16, 500])
    }

    @Test("No more bytes than they may have together, of batches or of answers")
    func bytes() {
        #expect(self.window(batch: 1 << 14) == 256 && self.window(batch: 1 << 15) == 128)
        #expect(self.window(answer: 1 << 15) == 128 && self.window(answer: 1 << 20) == 4)
        #expect(self.window(answer: 1 << 30) == 2)
    }

    @Test("Two once one was heavy")
    func heavy() {
        #expect(self.window(batch: 1 << 16) == 2)
        #expect(self.window(hasArrays: true) == 2)
        var window = ShippingWindow()
        window.noteBatch(of: 1 << 16, hasArrays: false)
        window.noteBatch(of: 10, hasArrays: false)
        #expect([1, 2, 16].map { window.batchesAhead($0) } == [1, 2, 2])
    }
}
