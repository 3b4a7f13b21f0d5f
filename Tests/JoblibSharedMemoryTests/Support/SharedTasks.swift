// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

// What the workers of these tests run.

/// Sums an array.
struct Sum: PortableTask {
    var array: SharedArray<Double>

    func run() -> Double { self.array.reduce(0, +) }
}

/// Touches both ends of an array, and says in which process.
struct Ends: PortableTask {
    struct Result: Codable, Sendable, Equatable {
        var sum: Double
        var pid: Int32
    }

    var array: SharedArray<Double>

    func run() -> Result { Result(sum: self.array[0] + self.array[self.array.count - 1], pid: getpid()) }
}

/// How many descriptors the worker has open.
struct DescriptorCount: PortableTask {
    func run() -> Int { (0..<1024).count { fcntl($0, F_GETFD) >= 0 } }
}

/// Writes a number to each element of a part.
struct Fill: PortableTask {
    var part: SharedArray<Double>
    var value: Double

    func run() {
        self.part.withMutableSpan { span in for index in span.indices { span[index] = self.value } }
    }
}

/// The same, and sums the part then.
struct FillAndSum: PortableTask {
    var part: SharedArray<Double>
    var value: Double

    func run() -> Double {
        Fill(part: self.part, value: self.value).run()
        return self.part.reduce(0, +)
    }
}

extension Result where Failure == TaskFailure {
    var failure: TaskFailure? { if case .failure(let failure) = self { failure } else { nil } }
}

/// Writes to each element of a chunk its position in the whole array.
struct Number: PortableTask {
    var chunk: SharedArray<Int>.Chunk

    func run() {
        self.chunk.withMutableSpan { span in
            for index in span.indices { span[index] = self.chunk.range.lowerBound + index }
        }
    }
}

/// Makes a file smaller that it has mapped, and then reads what was there.
struct ReadBehindEnd: PortableTask {
    var array: SharedArray<Double>
    var path: String?
    var isSpan: Bool

    func run() -> Double {
        guard let path = self.path else { return self.array[9000] }
        if !self.isSpan {
            truncate(path, 0)
            return self.array[9000]
        }
        return self.array.withSpan { span in
            truncate(path, 0)
            return span[9000]
        }
    }
}

/// Returns what it was given.
struct Return: PortableTask {
    var array: SharedArray<Double>

    func run() -> SharedArray<Double> { self.array }
}

/// Returns an array that the worker has made.
struct Make: PortableTask {
    var count: Int

    func run() throws -> SharedArray<Double> { try SharedArray(repeating: 7, count: self.count) }
}

/// Where two views of an array are in the worker's memory.
struct Where: PortableTask {
    struct Place: Codable, Sendable, Hashable {
        var pid: Int32
        var address: UInt
        var other: UInt
    }

    var array: SharedArray<Double>
    var other: SharedArray<Double>

    func run() -> Place { Place(pid: getpid(), address: address(of: self.array), other: address(of: self.other)) }
}

/// Has the worker keep what it maps.
struct Keep: PortableTask {
    func run() { SharedMemoryMappings.startKeeping() }
}

/// Where the first element is.
func address(of array: SharedArray<Double>) -> UInt {
    array.withSpan { span in unsafe span.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) } }
}

/// Two workers of each kind.
let backends: [BackendSelection] = [.threading, .multiprocessing, .loky]
