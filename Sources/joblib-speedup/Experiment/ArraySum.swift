// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// The task of the experiment with one array: the sum of all its elements, in memory of the task's own or of all.
struct ArraySum: PortableTask {
    /// How the task has the array.
    enum Storage: Codable, Sendable {
        case array([Double])
        case shared(SharedArray<Double>)
    }

    var numbers: Storage

    func run() throws -> Double {
        let isCancelled = { TaskContext.current?.isCancelled ?? false }
        return switch self.numbers {
        case .array(let numbers): try Self.sum(numbers.span, isCancelled: isCancelled)
        case .shared(let numbers): try numbers.withSpan { try Self.sum($0, isCancelled: isCancelled) }
        }
    }
}

// MARK: - Numbers and their sum

extension ArraySum {
    /// How many elements the inner loop adds at a time.
    private static let blockWidth = 8

    /// How many blocks pass between two looks at `isCancelled`: less than a millisecond of work.
    private static let blocksPerPoll = 1 << 16

    /// Numbers after which they repeat, beginning with 0.
    private static let period = 1_024

    /// Returns whole numbers, so that their sum is the same in any order.
    static func numbers(count: Int) -> [Double] {
        let period = (0..<Self.period).map { Double($0) }
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        while numbers.count < count { numbers += period.prefix(count - numbers.count) }
        return numbers
    }

    /// Returns the sum of ``numbers(count:)``, known without adding them up.
    static func expectedSum(count: Int) -> Double {
        let (periods, rest) = count.quotientAndRemainder(dividingBy: Self.period)
        return Double(periods * (Self.period * (Self.period - 1) / 2) + rest * (rest - 1) / 2)
    }

    /// Returns the sum of numbers.
    ///
    /// - Throws: `CancellationError` soon after `isCancelled` answers true.
    private static func sum(_ numbers: Span<Double>, isCancelled: () -> Bool) throws -> Double {
        try numbers.withUnsafeBytes { bytes in
            let blockByteCount = Self.blockWidth * MemoryLayout<Double>.stride
            let blockCount = bytes.count / blockByteCount
            // Eight sums that do not wait for each other: memory is what it waits for then.
            var sums = SIMD8<Double>.zero
            var block = 0
            while block < blockCount {
                if isCancelled() { throw CancellationError() }
                let end = min(blockCount, block + Self.blocksPerPoll)
                while block < end {
                    sums += bytes.loadUnaligned(fromByteOffset: block * blockByteCount, as: SIMD8<Double>.self)
                    block += 1
                }
            }
            let rest = bytes[(blockCount * blockByteCount)...]
            return UnsafeRawBufferPointer(rebasing: rest).bindMemory(to: Double.self).reduce(sums.sum(), +)
        }
    }
}

// MARK: - CustomStringConvertible

extension ArraySum: CustomStringConvertible, CustomDebugStringConvertible {
    /// The size: a failure describes the arguments of its task, and a million numbers would take half a second.
    var description: String {
        switch self.numbers {
        case .array(let numbers): "sum of an array of \(numbers.count) numbers"
        case .shared(let numbers): "sum of a shared array of \(numbers.count) numbers"
        }
    }

    var debugDescription: String { self.description }
}
