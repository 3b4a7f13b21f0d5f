// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct JobCountTests {
    @Test(
        "A request means joblib's number of workers",
        arguments: [
            (nil, 1), (1, 1), (4, 4), (100, 100), (Int.max, Int.max),
            (-1, 8), (-2, 7), (-8, 1), (-9, 1), (-100, 1), (Int.min, 1),
        ] as [(Int?, Int)]
    )
    func joblibMeaning(requested: Int?, expected: Int) throws {
        #expect(try JobCount.resolve(requested, default: 1, available: 8, maximum: nil) == expected)
    }

    @Test("The default is the backend's")
    func backendDefault() throws {
        #expect(try JobCount.resolve(nil, default: 24, available: 8, maximum: nil) == 24)
    }

    @Test("A maximum caps every way of asking", arguments: [nil, 8, Int.max, -1] as [Int?])
    func maximum(requested: Int?) throws {
        #expect(try JobCount.resolve(requested, default: 6, available: 8, maximum: 3) == 3)
        #expect(try JobCount.resolve(2, default: 6, available: 8, maximum: 3) == 2)
    }

    @Test("No sum overflows", arguments: [Int.min, Int.min + 1, -1, nil, 1, Int.max] as [Int?])
    func extremes(requested: Int?) throws {
        #expect(try JobCount.resolve(requested, default: 1, available: .max, maximum: nil) >= 1)
        #expect(try JobCount.resolve(requested, default: 1, available: 1, maximum: nil) >= 1)
    }

    @Test("0 is refused with the remedy, whatever the maximum", arguments: [nil, 1] as [Int?])
    func zero(maximum: Int?) throws {
        let error = try #require(throws: ParallelError.self) {
            try JobCount.resolve(0, default: 1, available: 8, maximum: maximum)
        }
        #expect(error.code == .invalidNJobs)
        #expect(error.detail == "0 is not a job count; write 1 for one job or -1 for every CPU")
    }
}
