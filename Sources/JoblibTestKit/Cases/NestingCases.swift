// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// Loops inside of tasks.
extension ConformanceCase {
    static let nesting: [ConformanceCase] = {
        let family = Family("nesting")
        return [
            ConformanceCase(family, "results", "loops inside of tasks give their results", [10, 22]) { subject in
                let rows = try subject.parallel(3)
                    .map(0..<12) { row in try subject.parallel(3).map(0..<12) { row * 100 + $0 } }
                try requireEqual(rows, (0..<12).map { row in (0..<12).map { row * 100 + $0 } }, "the rows")
            },
            ConformanceCase(
                family,
                "budget",
                "never more tasks run at once than the outermost nJobs, over three levels",
                [13, 30, 35],
                needs: [.closures, .sharedMemory]
            ) { subject in
                for nJobs in [1, 2, 4] {
                    let leaves = Occupancy()
                    try subject.parallel(nJobs, batchSize: 1)
                        .forEach(0..<6) { _ in
                            try subject.parallel(8, batchSize: 1)
                                .forEach(0..<6) { _ in
                                    try subject.parallel(8, batchSize: 1)
                                        .forEach(0..<6) { _ in leaves.during { SpinWaiting.aMoment() } }
                                }
                        }
                    try require(leaves.maximum <= nJobs, "\(leaves.maximum) ran at once with nJobs \(nJobs)")
                }
            },
            ConformanceCase(
                family,
                "lock",
                "a lock held across a loop inside of a task does not deadlock",
                [10, 13, 30],
                needs: [.closures, .sharedMemory, .workers]
            ) { subject in
                let (isHeld, total) = (Monitor(false), Tally())
                try subject.parallel(4, batchSize: 1)
                    .forEach(0..<30) { _ in
                        while isHeld.update({ wasHeld in
                            defer { wasHeld = true }
                            return wasHeld
                        }) {
                            try isHeld.wait("the release of a lock") { !$0 }
                        }
                        defer { isHeld.update { $0 = false } }
                        try subject.parallel(4, batchSize: 1).forEach(0..<10) { _ in total.add() }
                    }
                try requireEqual(total.count, 300, "inner tasks")
            },
            ConformanceCase(family, "failure", "an inner failure is the cause of the outer one", [23]) { subject in
                let failure = try requireThrows(TaskFailure.self, "the outer loop") {
                    try subject.parallel(3)
                        .forEach(0..<6) { row in
                            try subject.parallel(3)
                                .forEach(0..<6) { if row == 2, $0 == 4 { throw Mishap(number: 4) } }
                        }
                }
                try requireEqual(failure.index, 2, "the outer index")
                let inner = failure.underlyingError as? TaskFailure
                try requireEqual(inner?.index, 4, "the inner index")
            },
            ConformanceCase(family, "depth", "twenty levels end", [13, 30]) { subject in
                @Sendable
                func descend(_ depth: Int) throws -> Int {
                    guard depth > 0 else { return 1 }
                    return try subject.parallel(3, batchSize: 1)
                        .map(0..<2) { $0 == 0 ? try descend(depth - 1) : 1 }
                        .reduce(0, +)
                }
                try requireEqual(try descend(20), 21, "the number of leaves")
            },
        ]
    }()
}
