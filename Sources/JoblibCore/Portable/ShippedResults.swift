// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What was handed on of a group, for code that knows the type of its outputs.
struct ShippedResults: Sendable {
    let group: ShippedGroup

    /// How many of its tasks, from the first on.
    let count: Int

    /// What is made of an outcome.
    typealias Store<Output, Stored> = @Sendable (Swift.Result<Output, TaskFailure>) throws(TaskFailure) -> Stored

    /// The results as values.
    ///
    /// - Parameters:
    ///   - all: What was handed on, of tasks with this type of output.
    ///   - store: Makes what is handed out of a task's outcome.
    /// - Returns: The results; taken out of the group, where they are its outputs.
    static func values<Output, Stored>(of all: [ShippedResults], _ store: Store<Output, Stored>) -> [Stored] {
        let count = all.reduce(0) { $0 + $1.count }
        // What is handed out is the output itself, or something made of it, such as a `Result`.
        guard Stored.self == Output.self, all.allSatisfy({ $0.group.haveSucceeded($0.count) }) else {
            var values: [Stored] = []
            values.reserveCapacity(count)
            for results in all {
                for offset in 0..<results.count {
                    guard let outcome = results.group.outcome(of: results.group.first + offset, Output.self),
                        let value = try? store(outcome)
                    else { continue }
                    values.append(value)
                }
            }
            return values
        }
        return unsafe [Stored](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            initializedCount = count
            guard let base = UnsafeMutableRawBufferPointer(buffer).baseAddress else { return }
            // SAFETY: the two are one type, and there is room for all.
            unsafe Self.move(all, to: base, stride: MemoryLayout<Stored>.stride)
        }
    }

    /// Moves outputs one behind the other, whatever they are.
    private static func move(_ all: [ShippedResults], to target: UnsafeMutableRawPointer, stride: Int) {
        var offset = 0
        for results in all {
            unsafe results.group.moveOutputs(results.count, to: target + offset)
            offset += results.count * stride
        }
    }
}
