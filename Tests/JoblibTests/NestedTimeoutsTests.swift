// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Loops with a time limit inside of loops", .timeLimit(.minutes(1)))
struct NestedTimeoutsTests {
    @Test("A lock held across a nested loop with a time limit does not deadlock", arguments: [1, 2, 4])
    func lockWithTimeout(_ nJobs: Int) throws {
        let lock = Lock()
        let total = Tally()
        try Parallel(nJobs: nJobs, timeout: .seconds(50))
            .forEach(0..<20) { _ in
                try lock.whileHeld {
                    try Parallel(nJobs: nJobs, timeout: .seconds(50)).forEach(0..<5) { _ in total.add() }
                }
            }
        #expect(total.count == 100)
    }

    @Test("The budget holds for lists and with time limits inside", arguments: [1, 2, 4])
    func budgetOfLists(_ nJobs: Int) throws {
        let leaves = Occupancy()
        let leaf = delayed { _ = leaves.during { sched_yield() } }
        _ = try Parallel(nJobs: nJobs)(
            (0..<10).lazy
                .map { index in
                    delayed {
                        let timeout = index.isMultiple(of: 2) ? Duration.seconds(50) : nil
                        return try Parallel(nJobs: 16, timeout: timeout)(repeatElement(leaf, count: 20)).count
                    }
                }
        )
        #expect(leaves.maximum <= nJobs)
    }

    @Test("Inner loops with a time limit end, whatever the outer nJobs", arguments: [1, 2, 3, 4, 16])
    func innerTimeouts(_ nJobs: Int) throws {
        for _ in 0..<10 {
            let total = Tally()
            try Parallel(nJobs: nJobs, batchSize: 1)
                .forEach(0..<10) { _ in
                    try Parallel(nJobs: 16, timeout: .seconds(50)).forEach(0..<20) { _ in total.add() }
                }
            #expect(total.count == 200)
        }
    }

    @Test("Fifty levels of lists with a time limit end")
    func deepWithTimeout() throws {
        @Sendable
        func sum(_ depth: Int) throws -> Int {
            guard depth > 0 else { return 1 }
            let inner = delayed { try sum(depth - 1) }
            return try Parallel(nJobs: 2, timeout: .seconds(50))([inner, delayed { 1 }]).reduce(0, +)
        }
        #expect(try sum(50) == 51)
    }
}
