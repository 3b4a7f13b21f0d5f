// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The full direct convolution of two arrays, O(n²) on purpose: it is the work that the experiment times.
///
/// Outputs are computed sixteen at a time and stay in registers, so that the loop reads its two inputs and writes
/// nothing. The second array is padded with zeros on both sides, which spares the loop every test of an edge.
struct Convolution: Codable, Sendable {
    /// How many outputs the inner loop keeps in registers.
    private static let blockWidth = 16

    /// How many steps of the inner loop pass between two looks at `isCancelled`: a tenth of a millisecond of work.
    private static let stepsPerPoll = 1 << 16

    private let first: [Double]
    private let secondCount: Int
    private let paddedSecond: [Double]

    /// Creates the convolution of two arrays, neither of which may be empty.
    init(_ first: [Double], _ second: [Double]) {
        precondition(!first.isEmpty && !second.isEmpty, "the convolution of an empty array is not defined")
        let padding = [Double](repeating: 0, count: Self.blockWidth)
        self.first = first
        self.secondCount = second.count
        self.paddedSecond = padding + second + padding
    }

    /// The number of elements in the result.
    var count: Int { self.first.count + self.secondCount - 1 }

    /// The sum of the result, known without computing it: the product of the sums of the two arrays.
    var expectedSum: Double { self.first.reduce(0, +) * self.paddedSecond.reduce(0, +) }

    /// Computes the convolution.
    ///
    /// - Parameter isCancelled: Asked every tenth of a millisecond or so whether to give up.
    /// - Returns: The `count` elements of the result.
    /// - Throws: `CancellationError` as soon as `isCancelled` answers true.
    func callAsFunction(isCancelled: () -> Bool = { false }) throws(CancellationError) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(self.count + Self.blockWidth)
        var stepsUntilPoll = 0

        for start in stride(from: 0, to: self.count, by: Self.blockWidth) {
            var block = SIMD16<Double>.zero
            // Outside these bounds every product has a padding zero for a factor.
            var lower = max(0, start - (self.secondCount - 1))
            let upper = min(self.first.count, start + Self.blockWidth)
            while lower < upper {
                if stepsUntilPoll <= 0 {
                    if isCancelled() { throw CancellationError() }
                    stepsUntilPoll = Self.stepsPerPoll
                }
                let end = min(upper, lower + stepsUntilPoll)
                self.accumulate(lower..<end, into: &block, start: start)
                stepsUntilPoll -= end - lower
                lower = end
            }
            for lane in 0..<min(Self.blockWidth, self.count - start) { result.append(block[lane]) }
        }
        return result
    }

    /// Adds `first[i] * second[start - i ..< start - i + 16]` to the block for every `i` of the range.
    private func accumulate(_ range: Range<Int>, into block: inout SIMD16<Double>, start: Int) {
        // Two halves of four SSE registers each: sixteen lanes in one value spill to the stack at some optimisation
        // levels. A fused multiply-add would call libm on processors of the x86-64 baseline.
        var low = block.lowHalf
        var high = block.highHalf
        let halfWidth = Self.blockWidth / 2 * MemoryLayout<Double>.stride
        self.first.withUnsafeBufferPointer { first in
            self.paddedSecond.withUnsafeBytes { second in
                for index in range {
                    let factor = SIMD8<Double>(repeating: first[index])
                    let offset = (Self.blockWidth + start - index) * MemoryLayout<Double>.stride
                    low += factor * second.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
                    high += factor * second.loadUnaligned(fromByteOffset: offset + halfWidth, as: SIMD8<Double>.self)
                }
            }
        }
        block = SIMD16(lowHalf: low, highHalf: high)
    }
}

// MARK: - CustomStringConvertible

extension Convolution: CustomStringConvertible, CustomDebugStringConvertible {
    /// The sizes: a failure describes the arguments of its task, and a million numbers would take half a second.
    var description: String { "Convolution of \(self.first.count) and \(self.secondCount) numbers" }

    var debugDescription: String { self.description }
}
