// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib

// What the workers of tests with large arrays run.

/// Sums an array, and says where in the worker's memory it is.
struct ArraySum: PortableTask {
    struct Result: Codable, Sendable, Equatable {
        var sum: Double
        var address: UInt
        var pid: Int32
    }

    var values: [Double]

    func run() -> Result {
        let address = unsafe self.values.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        return Result(sum: self.values.reduce(0, +), address: address, pid: getpid())
    }
}

/// Adds the first and the last element.
struct Ends: PortableTask {
    var values: [Double]

    func run() -> Double { self.values[0] + self.values[self.values.count - 1] }
}

/// The same, and says in which process.
struct EndsOf: PortableTask {
    struct Result: Codable, Sendable, Equatable {
        var sum: Double
        var pid: Int32
    }

    var values: [Double]

    func run() -> Result { Result(sum: Ends(values: self.values).run(), pid: getpid()) }
}

/// Keeps its array, and says where it is: an array that is decoded again is elsewhere.
struct HeldArray: PortableTask {
    // SAFETY: one thread of the worker runs tasks.
    private nonisolated(unsafe) static var held: [[Double]] = []

    var values: [Double]

    func run() -> UInt {
        unsafe Self.held.append(self.values)
        return unsafe self.values.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
}

/// Arrays at any depth.
struct Nested: PortableTask, Equatable {
    struct Inner: Codable, Sendable, Equatable {
        var floats: [Float]
        var optional: [Int32]?
    }

    var inner: [Inner]
    var byName: [String: [UInt8]]
    var matrix: [[Double]]

    func run() -> Nested { self }
}

/// Decodes what was encoded as an array of numbers as another type.
struct Lengths: Codable, Sendable, Equatable {
    var sum: Int

    init(_ values: [Int]) { self.sum = values.reduce(0, +) }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.sum = 0
        while !container.isAtEnd { self.sum += try container.decode(Int.self) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([Int](repeating: 1, count: self.sum))
    }
}

/// Returns an array of a size.
struct Ramp: PortableTask {
    var start: Int
    var count: Int

    func run() -> [Double] { (0..<self.count).map { Double(self.start + $0) } }
}

/// Is killed the first times that it runs, after it has read its array.
struct FragileSum: PortableTask {
    var values: [Double]
    var index: Int
    var folder: String

    func run() -> Double {
        let path = "\(self.folder)/\(self.index)"
        if self.index % 3 == 0, !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            kill(getpid(), SIGKILL)
        }
        return self.values.reduce(Double(self.index), +)
    }
}
