// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib

/// What a task saw of its array.
struct Sight: Codable, Sendable, Equatable {
    var count: Int
    var sum: Double
}

/// Looks at both ends of an array and its middle.
struct Look: PortableTask {
    var values: [Double]
    var index = 0

    func run() -> Sight {
        let values = self.values
        return Sight(count: values.count, sum: values[0] + values[values.count / 2] + values[values.count - 1])
    }
}

/// Arrays at any depth.
struct DeepArrays: PortableTask, Equatable {
    struct Inner: Codable, Sendable, Equatable {
        var floats: [Float]
        var optional: [Int32]?
    }

    var inner: [Inner]
    var byName: [String: [UInt8]]
    var matrix: [[Double]]

    func run() -> DeepArrays { self }
}

/// Sums an array, after it has added to it where that is possible.
struct SharedLook: PortableTask {
    struct Result: Codable, Sendable, Equatable {
        var sum: Double
        var mode: String
    }

    var array: SharedArray<Double>
    var adds = false

    func run() -> Result {
        if self.adds { self.array.withMutableSpan { span in span[0] += 1 } }
        let sum = self.array[0] + self.array[self.array.count - 1]
        return Result(sum: sum, mode: self.array.mode.description)
    }
}

/// The last element of each row of a view.
struct ViewLook: PortableTask {
    var view: SharedArray<Double>

    func run() -> [Double] { Array(self.view) }
}

/// How many elements its arrays have together.
struct ManyArrays: PortableTask {
    var arrays: [[Double]]

    func run() -> Int { self.arrays.reduce(0) { $0 + $1.count } }
}

/// Makes an array.
struct MakeArray: PortableTask {
    var start: Int
    var count: Int

    func run() -> [Double] {
        unsafe [Double](unsafeUninitializedCapacity: self.count) { buffer, filled in
            for index in 0..<self.count { unsafe buffer[index] = Double(self.start &+ index) }
            filled = self.count
        }
    }
}

/// Several large arrays, of several types and at several depths, and small ones.
struct ManyResults: PortableTask {
    struct Value: Codable, Sendable, Equatable {
        var numbers: [[Int64]]
        var floats: [String: [Float]]
        var small: [UInt8]
        var ints: [Int]?
    }

    var seed: Int

    func run() -> Value {
        Value(
            numbers: [(0..<100_000).map { Int64($0 &* self.seed) }, [], (0..<50_000).map { Int64($0 - self.seed) }],
            floats: ["a": (0..<100_000).map { Float($0 ^ self.seed) }, "b": [1, 2]],
            small: [1, 2, 3],
            ints: (0..<80_000).map { $0 + self.seed }
        )
    }
}

/// A large array, or the end of the worker.
struct MakeArrayOrCrash: PortableTask {
    var count: Int?

    func run() -> [Int] {
        guard let count = self.count else { fatalError("meant so") }
        return Array(0..<count)
    }
}

/// Some bytes, which come back.
struct Flat: PortableTask {
    var bytes: [UInt8]

    func run() -> [UInt8] { self.bytes }
}

#endif
