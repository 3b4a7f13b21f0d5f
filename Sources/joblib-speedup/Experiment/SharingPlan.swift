// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What the experiment with one array measures, and what it leaves out since memory would not do.
struct SharingPlan: Hashable, Sendable {
    /// One measurement, that is one row of the table.
    struct Step: Hashable, Sendable {
        var size: Int
        var backend: String
        var sharing: Sharing

        /// A bound of the memory that it takes.
        var neededBytes: Int

        /// Whether that is more than it may take.
        var isSkipped: Bool
    }

    /// The bytes of a megabyte, in which sizes are given.
    static let megabyte = 1 << 20

    /// The backends whose tasks are where the array is, or in copies of the process that have it.
    private static let backendsWithoutMessages: Set = ["threading", "multiprocessing", "sequential"]

    /// The size of the array if the user names none: the first of which every step has memory.
    private static let defaultSizes = [256, 128, 64, 32, 16, 8]

    /// Array by array, backend by backend.
    let steps: [Step]

    /// Plans for arrays of some megabytes; no step may take more than half of the memory that nobody uses.
    init(sizes: [Int], backends: [String], conditions: SharingTimes.Conditions, availableBytes: Int) {
        self.steps = sizes.flatMap { size in
            backends.flatMap { backend in
                Sharing.allCases.map { sharing in
                    let copies = Self.copies(backend, sharing, conditions)
                    let needed = size * Self.megabyte * copies
                    return Step(
                        size: size,
                        backend: backend,
                        sharing: sharing,
                        neededBytes: needed,
                        isSkipped: needed > availableBytes / 2
                    )
                }
            }
        }
    }

    /// Returns the size to measure if the user names none.
    static func defaultSize(backends: [String], conditions: SharingTimes.Conditions, availableBytes: Int) -> Int {
        let fitting = Self.defaultSizes.first { size in
            let plan = SharingPlan(
                sizes: [size],
                backends: backends,
                conditions: conditions,
                availableBytes: availableBytes
            )
            return plan.steps.allSatisfy { !$0.isSkipped }
        }
        return fitting ?? Self.defaultSizes[Self.defaultSizes.count - 1]
    }

    /// Returns how many times the array may be in memory at once.
    private static func copies(_ backend: String, _ sharing: Sharing, _ conditions: SharingTimes.Conditions) -> Int {
        switch sharing {
        // The array, and the one that it is copied to.
        case .sharedArray: 2
        case _ where Self.backendsWithoutMessages.contains(backend): 1
        // The array, what is shared, and a copy for each worker.
        case .automatic: 2 + conditions.nJobs
        // For each task a message, what that is made of, and the same where it arrives.
        case .off: 4 * conditions.tasks
        }
    }
}
