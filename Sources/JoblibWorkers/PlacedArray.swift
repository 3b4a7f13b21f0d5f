// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A large array that an answer refers to, as its worker tells of it: who passes answers on does not look into them.
package struct PlacedArray: Equatable, Sendable {
    /// How many bytes one has behind an answer.
    static let byteCount = 32

    /// What its elements are, as `ArrivingArray` has it.
    package let elementCode: UInt8

    /// The number by which the answer refers to it, from 1, which its worker counts up.
    package let number: Int

    /// Where it is in the arena.
    let offset: Int
    package let byteCount: Int

    init(elementCode: UInt8, number: Int, offset: Int, byteCount: Int) {
        self.elementCode = elementCode
        self.number = number
        self.offset = offset
        self.byteCount = byteCount
    }

    /// Reads one; `nil` for what cannot be.
    private init?(_ words: [UInt64]) {
        guard let code = UInt8(exactly: words[0]), let number = Int(exactly: words[1]), number > 0,
            let offset = Int(exactly: words[2]), let byteCount = Int(exactly: words[3]), byteCount > 0
        else { return nil }
        self.init(elementCode: code, number: number, offset: offset, byteCount: byteCount)
    }

    private var words: [UInt64] {
        [UInt64(self.elementCode), UInt64(self.number), UInt64(self.offset), UInt64(self.byteCount)]
    }

    /// The bytes of some, to stand behind an answer.
    static func encoded(_ arrays: [PlacedArray]) -> [UInt8] {
        arrays.flatMap(\.words).flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    /// Takes so many off the end of an answer; `nil` where they are not there.
    static func take(_ count: Int, from answer: inout [UInt8]) -> [PlacedArray]? {
        let (size, overflow) = count.multipliedReportingOverflow(by: Self.byteCount)
        guard count >= 0, !overflow, size <= answer.count else { return nil }
        let words = stride(from: answer.count - size, to: answer.count, by: 8)
            .map { start in answer[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        answer.removeLast(size)
        let arrays = stride(from: 0, to: words.count, by: 4).compactMap { PlacedArray(Array(words[$0..<$0 + 4])) }
        return arrays.count == count ? arrays : nil
    }
}

/// Which of a worker's arrays somebody may still read, where that is not done once an answer is taken in.
struct PlacedLedger {
    /// Up to which number answers have told of them.
    private var toldCount = 0

    /// Those that are read, in order.
    private var held: [Int] = []

    /// Notes an answer.
    ///
    /// - Parameters:
    ///   - told: Up to which number it and those before tell of arrays.
    ///   - numbers: Those of its arrays that will be read.
    /// - Returns: Whether that can be: numbers only rise, and no answer refers to what it does not tell of.
    mutating func note(told: Int, reading numbers: [Int]) -> Bool {
        var last = max(self.toldCount, self.held.last ?? 0)
        for number in numbers {
            guard number > last, number <= told else { return false }
            last = number
        }
        self.toldCount = max(told, self.toldCount)
        self.held += numbers
        return true
    }

    /// Notes that one was read.
    mutating func release(_ number: Int) { self.held.removeAll { $0 == number } }

    var isEmpty: Bool { self.held.isEmpty }

    /// Up to which number the worker may use their places again.
    var takenCount: Int { self.held.first.map { $0 - 1 } ?? self.toldCount }
}
