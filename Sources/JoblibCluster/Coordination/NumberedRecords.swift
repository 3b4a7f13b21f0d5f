// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Values by the numbers of a ``NumberTable``: what a dictionary is, for less.
struct NumberedRecords<Value> {
    private var indices = NumberTable()
    private var values = Slab<Value?>()

    /// The numbers that have a value, the lowest first.
    var numbers: [UInt64] { self.indices.sorted.map(\.number) }

    subscript(number: UInt64) -> Value? {
        get { self.indices[number].flatMap { self.values[$0] } }
        set {
            guard let newValue else {
                self.remove(number)
                return
            }
            if let index = self.indices[number] {
                self.values[index] = newValue
            } else {
                self.indices[number] = self.values.insert(newValue)
            }
        }
    }

    func contains(_ number: UInt64) -> Bool { self.indices[number] != nil }

    /// Takes out the value of a number; `nil` if there is none.
    @discardableResult
    mutating func remove(_ number: UInt64) -> Value? {
        guard let index = self.indices[number] else { return nil }
        self.indices[number] = nil
        defer { self.values.remove(at: index) }
        return self.values[index].take()
    }
}
