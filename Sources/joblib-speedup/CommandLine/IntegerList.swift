// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A list of whole numbers as written on the command line: `5000,10000`, `1...8` or `5000...50000/5000`.
///
///     list  = item *("," item)
///     item  = number / (number "..." number ["/" step])
///
/// The numbers are sorted and each occurs once, whatever the order in which they were written.
struct IntegerList: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is not a list.
    struct SyntaxError: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    /// The number of values beyond which a list is refused: more of them would run for days.
    static let maximumCount = 1_000

    let values: [Int]

    /// The text from which the list was made.
    let description: String

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - text: The list as written by the user.
    ///   - bounds: The numbers that make sense.
    /// - Throws: ``SyntaxError`` that says which part is wrong.
    init(_ text: String, in bounds: ClosedRange<Int>) throws(SyntaxError) {
        var values: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let (range, step) = try Self.range(item, in: bounds)
            guard values.count + (range.upperBound - range.lowerBound) / step < Self.maximumCount else {
                throw SyntaxError(description: "more than \(Self.maximumCount) values")
            }
            values.formUnion(stride(from: range.lowerBound, through: range.upperBound, by: step))
        }
        self.values = values.sorted()
        self.description = text
    }

    private static func range(
        _ item: Substring,
        in bounds: ClosedRange<Int>
    ) throws(SyntaxError) -> (ClosedRange<Int>, step: Int) {
        guard let dots = item.firstRange(of: "...") else {
            let value = try Self.number(item, in: bounds)
            return (value...value, 1)
        }
        let lower = try Self.number(item[..<dots.lowerBound], in: bounds)
        var rest = item[dots.upperBound...]
        var step = 1
        if let slash = rest.firstIndex(of: "/") {
            step = try Self.number(rest[rest.index(after: slash)...], in: 1...bounds.upperBound)
            rest = rest[..<slash]
        }
        let upper = try Self.number(rest, in: bounds)
        guard lower <= upper else {
            throw SyntaxError(description: "the range \(lower)...\(upper) runs backwards")
        }
        return (lower...upper, step)
    }

    private static func number(_ text: Substring, in bounds: ClosedRange<Int>) throws(SyntaxError) -> Int {
        // Digits only: `Int` would accept a sign too.
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            let reason = text.isEmpty ? "a number is missing" : "'\(text)' is not a positive whole number"
            throw SyntaxError(description: reason)
        }
        guard let value = Int(text), bounds.contains(value) else {
            throw SyntaxError(description: "\(text) is not from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return value
    }
}

extension Substring {
    /// Returns where another text first occurs.
    fileprivate func firstRange(of other: String) -> Range<Index>? {
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].hasPrefix(other) {
                return start..<self.index(start, offsetBy: other.count)
            }
            start = self.index(after: start)
        }
        return nil
    }
}
