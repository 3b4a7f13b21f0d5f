// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How many slots each of several hosts gives, in proportion to what it can give.
enum SlotAllotment {
    /// Divides so many among hosts: none gives more than it can, and together they give what is wanted, or all that they can.
    static func divide(_ wanted: Int, among capacities: [Int]) -> [Int] {
        let total = capacities.reduce(0, +)
        guard wanted < total else { return capacities }
        var passed = 0
        var given = 0
        return capacities.map { capacity in
            passed += capacity
            let due = wanted * passed / total
            defer { given = due }
            return due - given
        }
    }
}
