// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A value as Python writes it, as far as headers of `.npy` files have them.
enum PythonLiteral: Equatable {
    case text(String)
    case integer(Int)
    case truth(Bool)
    case none
    indirect case sequence([PythonLiteral])
    indirect case dictionary([String: PythonLiteral])

    /// Reads a literal that fills the bytes, but for spaces around it; `nil` for anything else.
    init?(_ bytes: some Sequence<UInt8>) {
        var reader = Reader(Array(bytes))
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipSpaces()
        guard reader.isAtEnd else { return nil }
        self = value
    }

    private struct Reader {
        /// What a header has is three levels deep.
        private static let maximumDepth = 8

        private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }

        var isAtEnd: Bool { self.position == self.bytes.count }

        mutating func skipSpaces() {
            while let byte = self.next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { self.position += 1 }
        }

        private var next: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            self.skipSpaces()
            guard self.next == UInt8(ascii: character) else { return false }
            self.position += 1
            return true
        }

        mutating func value(depth: Int) -> PythonLiteral? {
            guard depth < Self.maximumDepth else { return nil }
            self.skipSpaces()
            switch self.next {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): return self.string().map { .text($0) }
            case UInt8(ascii: "{"): return self.dictionary(depth)
            case UInt8(ascii: "("): return self.sequence("(", ")", depth)
            case UInt8(ascii: "["): return self.sequence("[", "]", depth)
            case let byte? where byte == UInt8(ascii: "-") || Self.digits.contains(byte): return self.integer()
            default: return self.word()
            }
        }

        private mutating func string() -> String? {
            let quote = self.next
            self.position += 1
            let start = self.position
            while let byte = self.next, byte != quote {
                // No name that is asked for has an escape in it.
                guard byte != UInt8(ascii: "\\"), byte >= 0x20 else { return nil }
                self.position += 1
            }
            guard !self.isAtEnd else { return nil }
            defer { self.position += 1 }
            return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        }

        private mutating func integer() -> PythonLiteral? {
            let isNegative = self.take("-")
            var value = 0
            let start = self.position
            while let byte = self.next, Self.digits.contains(byte) {
                let product = value.multipliedReportingOverflow(by: 10)
                let sum = product.partialValue.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
                guard !product.overflow, !sum.overflow else { return nil }
                value = sum.partialValue
                self.position += 1
            }
            guard self.position > start else { return nil }
            // Python 2 wrote it behind large numbers.
            if self.next == UInt8(ascii: "L") { self.position += 1 }
            return .integer(isNegative ? -value : value)
        }

        private mutating func word() -> PythonLiteral? {
            for (word, value) in [("True", PythonLiteral.truth(true)), ("False", .truth(false)), ("None", .none)]
            where self.bytes[self.position...].starts(with: word.utf8) {
                self.position += word.utf8.count
                return value
            }
            return nil
        }

        private mutating func sequence(
            _ open: Unicode.Scalar,
            _ close: Unicode.Scalar,
            _ depth: Int
        ) -> PythonLiteral? {
            guard self.take(open) else { return nil }
            var values: [PythonLiteral] = []
            while !self.take(close) {
                guard let value = self.value(depth: depth + 1) else { return nil }
                values.append(value)
                if self.take(",") { continue }
                guard self.take(close) else { return nil }
                // In parentheses without a comma it is the value itself.
                return open == "(" && values.count == 1 ? values[0] : .sequence(values)
            }
            return .sequence(values)
        }

        private mutating func dictionary(_ depth: Int) -> PythonLiteral? {
            guard self.take("{") else { return nil }
            var values: [String: PythonLiteral] = [:]
            while !self.take("}") {
                guard case .text(let key)? = self.value(depth: depth + 1), self.take(":") else { return nil }
                guard values[key] == nil, let value = self.value(depth: depth + 1) else { return nil }
                values[key] = value
                if self.take(",") { continue }
                guard self.take("}") else { return nil }
                return .dictionary(values)
            }
            return .dictionary(values)
        }
    }
}
