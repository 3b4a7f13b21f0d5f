// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct BatchSizeTests {
    @Test("Auto has no fixed size")
    func auto() throws {
        #expect(try BatchSize.auto.resolve() == nil)
        #expect("\(BatchSize.auto)" == "auto")
    }

    @Test("A literal and a variable mean the same")
    func literal() throws {
        let literal: BatchSize = 16
        let count = 16
        #expect(literal == BatchSize(count))
        #expect(try literal.resolve() == 16)
        #expect("\(literal)" == "16")
    }

    @Test("A size below 1 is refused when it is used", arguments: [0, -1, Int.min])
    func belowOne(count: Int) throws {
        let size = BatchSize(count)
        let error = try #require(throws: ParallelError.self) { try size.validate() }
        #expect(error.code == .invalidBatchSize)
        #expect(error.detail == "\(count) is not a batch size; write .auto or a number from 1 up")
        #expect(throws: ParallelError.self) { try size.resolve() }
    }
}
