// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

extension PreDispatch {
    /// Arithmetic in joblib's notation, which is a small part of Python's.
    ///
    /// The text may come from a configuration file that its reader does not trust: it is computed here and nowhere else,
    /// is at most 30 characters long, and no number on the way exceeds a million. Every number is a `Double`; within
    /// these limits that gives what Python's integers give.
    ///
    ///     sum      = product { ("+" | "-") product }
    ///     product  = negation { ("*" | "/" | "//" | "%") negation }
    ///     negation = "-" negation | power
    ///     power    = operand [ "**" negation ]
    ///     operand  = number | "n_jobs" | "nJobs" | "(" sum ")"
    struct Expression {
        /// Why an expression has no value, naming the expression.
        struct Refusal: Error, Hashable {
            let reason: String
        }

        private static let maximumLength = 30
        private static let maximumMagnitude = 1e6

        private let text: String

        init(_ text: String) {
            self.text = text
        }

        /// Returns the value.
        ///
        /// - Parameter nJobs: What stands for `n_jobs`.
        /// - Returns: A number between minus a million and a million.
        /// - Throws: ``Refusal``.
        func value(nJobs: Int) throws(Refusal) -> Double {
            // Before anything else: parentheses are recursion, so the length is what bounds the stack.
            let length = self.length(nJobs: nJobs)
            guard length <= Self.maximumLength else {
                throw Refusal(
                    reason: """
                        Expression \(self.text.excerpt) is too long. Max length is \(Self.maximumLength), got \(length)
                        """
                )
            }
            var evaluation = Evaluation(text: self.text, nJobs: Double(nJobs), maximumMagnitude: Self.maximumMagnitude)
            return try evaluation.run()
        }

        /// The characters there are once the number stands for its name, counted as Python counts them.
        private func length(nJobs: Int) -> Int {
            // What may fit is at most 30 names of 6 characters, or 30 characters of 4 bytes: do not split megabytes.
            guard self.text.utf8.count <= Self.maximumLength * 6 else { return self.text.unicodeScalars.count }

            let words = self.text.unicodeScalars
                .split(omittingEmptySubsequences: false) { !($0.isASCII && UInt8($0.value).isWordByte) }
            let separators = words.count - 1
            return words.reduce(separators) { length, word in
                let isName = word.elementsEqual("n_jobs".unicodeScalars) || word.elementsEqual("nJobs".unicodeScalars)
                return length + (isName ? "\(nJobs)".count : word.count)
            }
        }
    }
}

// MARK: - Grammar

/// One pass over the text, which computes as it reads.
private struct Evaluation {
    typealias Refusal = PreDispatch.Expression.Refusal

    private let text: String
    private let nJobs: Double
    private let maximumMagnitude: Double
    private var rest: ArraySlice<UInt8>

    init(text: String, nJobs: Double, maximumMagnitude: Double) {
        self.text = text
        self.nJobs = nJobs
        self.maximumMagnitude = maximumMagnitude
        self.rest = Array(text.utf8)[...]
    }

    mutating func run() throws(Refusal) -> Double {
        // Python takes blanks at the beginning for indentation.
        guard let first = self.rest.first, !first.isBlank else { throw self.notArithmetic }
        let value = try self.sum()
        while let byte = self.rest.first {
            guard byte.isNewline else { throw self.notArithmetic }
            self.rest.removeFirst()
            self.skipBlanks()
        }
        return value
    }

    private mutating func sum() throws(Refusal) -> Double {
        var value = try self.product()
        while true {
            if self.take("+") {
                value = try self.limited(value + self.product())
            } else if self.take("-") {
                value = try self.limited(value - self.product())
            } else {
                return value
            }
        }
    }

    private mutating func product() throws(Refusal) -> Double {
        var value = try self.negation()
        while true {
            if self.take("//") {
                value = try self.limited(value.flooredQuotient(by: self.divisor()))
            } else if self.take("/") {
                value = try self.limited(value / self.divisor())
            } else if self.take("%") {
                value = try self.limited(value.flooredRemainder(by: self.divisor()))
            } else if self.take("*") {
                value = try self.limited(value * self.negation())
            } else {
                return value
            }
        }
    }

    private mutating func divisor() throws(Refusal) -> Double {
        let value = try self.negation()
        guard value != 0 else { throw Refusal(reason: "\(self.text.excerpt) divides by zero") }
        return value
    }

    private mutating func negation() throws(Refusal) -> Double {
        self.take("-") ? -(try self.negation()) : try self.power()
    }

    private mutating func power() throws(Refusal) -> Double {
        let base = try self.operand()
        guard self.take("**") else { return base }
        // The exponent is a negation and not an operand: `**` groups to the right, and 2**-1 needs no parentheses.
        let exponent = try self.negation()
        guard base != 0 || exponent >= 0 else { throw Refusal(reason: "\(self.text.excerpt) divides by zero") }
        return try self.limited(LibraryMath.power(base, exponent))
    }

    private mutating func operand() throws(Refusal) -> Double {
        if self.take("(") {
            let value = try self.sum()
            guard self.take(")") else { throw self.notArithmetic }
            return value
        }
        var word = self.rest.prefix(while: \.isWordByte)
        if word.elementsEqual("n_jobs".utf8) || word.elementsEqual("nJobs".utf8) {
            self.rest = self.rest.dropFirst(word.count)
            self.skipBlanks()
            return try self.limited(self.nJobs)
        }
        word = self.rest
        guard let number = PythonNumber(readingFrom: &word) else { throw self.notArithmetic }
        self.rest = word
        self.skipBlanks()
        return try self.limited(number.value)
    }
}

// MARK: - Reading

extension Evaluation {
    /// Consumes an operator and the blanks after it; "*" and "/" are not the halves of "**" and "//".
    private mutating func take(_ token: StaticString) -> Bool {
        let bytes = Array("\(token)".utf8)
        guard self.rest.starts(with: bytes) else { return false }
        let after = self.rest.dropFirst(bytes.count)
        if bytes == Array("*".utf8) || bytes == Array("/".utf8), after.first == bytes.first { return false }
        self.rest = after
        self.skipBlanks()
        return true
    }

    /// Consumes blanks, and a comment if one follows.
    private mutating func skipBlanks() {
        self.rest = self.rest.drop(while: \.isBlank)
        if self.rest.first == UInt8(ascii: "#") {
            self.rest = self.rest.drop { !$0.isNewline }
        }
    }

    private func limited(_ value: Double) throws(Refusal) -> Double {
        // Spelled so that NaN fails: it is what libm makes of a root that Python makes a complex number of.
        guard value.magnitude <= .infinity else { throw self.notArithmetic }
        guard value.magnitude <= self.maximumMagnitude else {
            let number = Int(exactly: value).map(String.init) ?? "\(value)"
            throw Refusal(
                reason: "\(self.text.excerpt) is too large: its part \(number) exceeds \(Int(self.maximumMagnitude))"
            )
        }
        return value
    }

    private var notArithmetic: Refusal {
        Refusal(reason: "\(self.text.excerpt) is not a valid or supported arithmetic expression")
    }
}

// MARK: - Python's arithmetic

extension Double {
    /// The quotient rounded towards minus infinity, as Python's `//`.
    fileprivate func flooredQuotient(by divisor: Double) -> Double {
        ((self - self.flooredRemainder(by: divisor)) / divisor).rounded()
    }

    /// The remainder with the divisor's sign, as Python's `%`.
    fileprivate func flooredRemainder(by divisor: Double) -> Double {
        let remainder = self.truncatingRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == 0x0C
    }

    fileprivate var isNewline: Bool {
        self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r")
    }
}
