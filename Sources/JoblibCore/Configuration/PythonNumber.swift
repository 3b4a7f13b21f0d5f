// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A number as Python's source writes it: `12`, `1_000`, `0x1F`, `0b11`, `0o17`, `.5`, `5.`, `1e6`.
struct PythonNumber: Hashable {
    /// The number; an infinity when it is too large for a `Double`.
    let value: Double

    /// Reads the number that the bytes begin with, and consumes it.
    ///
    /// Fails when they do not begin with a number or it runs into a word, as in `1j`, `1__0` and `007`.
    ///
    /// - Parameter bytes: UTF-8; left alone on failure.
    init?(readingFrom bytes: inout ArraySlice<UInt8>) {
        var rest = bytes
        guard let value = Self.based(&rest) ?? Self.decimal(&rest) else { return nil }
        // A number ends where a word could not go on: Python has no "2n_jobs", no "1.2.3", and its "1j" is no number here.
        if let next = rest.first, next.isWordByte || next == UInt8(ascii: ".") || next >= 0x80 { return nil }
        self.value = value
        bytes = rest
    }

    /// Reads `0x1F` and its like.
    private static func based(_ bytes: inout ArraySlice<UInt8>) -> Double? {
        guard bytes.first == UInt8(ascii: "0"), let letter = bytes.dropFirst().first else { return nil }
        let radix: Int
        switch letter {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): radix = 16
        case UInt8(ascii: "o"), UInt8(ascii: "O"): radix = 8
        case UInt8(ascii: "b"), UInt8(ascii: "B"): radix = 2
        default: return nil
        }
        var rest = bytes.dropFirst(2)
        // Alone among Python's digits, the first of these may have an underscore before it.
        if rest.first == UInt8(ascii: "_") {
            rest.removeFirst()
        }
        let digits = Self.digits(&rest, radix: radix)
        guard !digits.isEmpty else { return nil }
        bytes = rest
        return digits.reduce(0) { $0 * Double(radix) + Double($1) }
    }

    /// Reads `12`, `1_000`, `.5`, `5.` and `1e6`.
    private static func decimal(_ bytes: inout ArraySlice<UInt8>) -> Double? {
        var rest = bytes
        let whole = Self.digits(&rest, radix: 10)
        var fraction: [Int] = []
        var exponent = ""
        var isInteger = true
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = Self.digits(&rest, radix: 10)
            isInteger = false
        }
        guard !(whole.isEmpty && fraction.isEmpty) else { return nil }

        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            var after = rest.dropFirst()
            var sign = ""
            if after.first == UInt8(ascii: "-") || after.first == UInt8(ascii: "+") {
                sign = after.removeFirst() == UInt8(ascii: "-") ? "-" : ""
            }
            let digits = Self.digits(&after, radix: 10)
            if !digits.isEmpty {
                exponent = "e\(sign)\(Self.text(digits))"
                isInteger = false
                rest = after
            }
        }
        // Python 3 refuses 007, which other languages, and Python 2, read as octal.
        if isInteger, whole.first == 0, whole.contains(where: { $0 != 0 }) { return nil }
        guard let value = Double("\(Self.text(whole)).\(Self.text(fraction))\(exponent)") else { return nil }
        bytes = rest
        return value
    }

    /// Reads digits, with single underscores between them.
    private static func digits(_ bytes: inout ArraySlice<UInt8>, radix: Int) -> [Int] {
        func digit(_ byte: UInt8?) -> Int? {
            byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.flatMap { $0 < radix ? $0 : nil }
        }
        var digits: [Int] = []
        while let value = digit(bytes.first) {
            digits.append(value)
            bytes.removeFirst()
            if bytes.first == UInt8(ascii: "_"), digit(bytes.dropFirst().first) != nil {
                bytes.removeFirst()
            }
        }
        return digits
    }

    private static func text(_ digits: [Int]) -> String {
        digits.isEmpty ? "0" : digits.map(String.init).joined()
    }
}

extension UInt8 {
    /// Whether an ASCII name or number may contain it.
    var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
