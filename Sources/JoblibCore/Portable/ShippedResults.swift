// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What was handed on of groups in a row, for code that knows the type of their outputs.
@usableFromInline
struct ShippedResults: Sendable {
    /// The groups; of all but the last all tasks count.
    private let groups: [ShippedGroup]
    private let lastCount: Int

    /// How many results there are.
    @usableFromInline
    let count: Int

    /// Whether each is an output, and none a failure.
    @usableFromInline
    let areOutputs: Bool

    /// What is made of an outcome.
    @usableFromInline
    typealias Store<Output, Stored> = @Sendable (Swift.Result<Output, TaskFailure>) throws(TaskFailure) -> Stored

    /// The first of a group.
    init(_ group: ShippedGroup, count: Int) {
        self.groups = [group]
        self.lastCount = count
        self.count = count
        self.areOutputs = group.haveSucceeded(count)
    }

    /// All of groups.
    init(_ groups: [ShippedGroup]) {
        self.groups = groups
        self.lastCount = groups.last?.count ?? 0
        self.count = groups.reduce(0) { $0 + $1.count }
        self.areOutputs = groups.allSatisfy { $0.haveSucceeded($0.count) }
    }

    private func count(of place: Int) -> Int {
        place == self.groups.count - 1 ? self.lastCount : self.groups[place].count
    }

    /// The results as values; taken out of the groups, where they are outputs.
    ///
    /// Compiled where the types are known.
    ///
    /// - Parameter store: Makes what is handed out of a task's outcome.
    /// - Returns: The values.
    @inlinable
    func values<Output, Stored>(_ store: Store<Output, Stored>) -> [Stored] {
        // What is handed out is the output itself, or something made of it, such as a `Result`.
        guard Stored.self == Output.self, self.areOutputs else { return self.stored(store) }
        return unsafe [Stored](unsafeUninitializedCapacity: self.count) { buffer, count in
            guard let base = UnsafeMutableRawBufferPointer(buffer).baseAddress else { return }
            // SAFETY: the two are one type, and there is room for all.
            unsafe self.move(to: base)
            count = self.count
        }
    }

    /// Moves the outputs, one behind the other, to memory that holds none.
    @usableFromInline
    func move(to target: UnsafeMutableRawPointer) {
        var place = unsafe target
        for index in self.groups.indices {
            let count = self.count(of: index)
            unsafe self.groups[index].moveOutputs(count, to: place)
            unsafe place += count * self.groups[index].stride
        }
    }

    /// What is made of the outcomes, one by one.
    @usableFromInline
    func stored<Output, Stored>(_ store: Store<Output, Stored>) -> [Stored] {
        var values: [Stored] = []
        values.reserveCapacity(self.count)
        for (place, group) in self.groups.enumerated() {
            for index in group.first..<group.first + self.count(of: place) {
                guard let outcome = group.outcome(of: index, Output.self), let value = try? store(outcome) else {
                    continue
                }
                values.append(value)
            }
        }
        return values
    }
}
