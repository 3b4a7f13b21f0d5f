// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A size in bytes, written as in joblib: `"500K"`, `"1M"`, `"2.5G"`, a number of bytes, or ``unlimited``.
///
/// joblib's `max_nbytes`. Text that cannot be read is kept and refused by ``resolve()``, so that a wrong literal is an
/// error of the call and not a trap.
public struct ByteCount: Sendable, Hashable {
    private enum Storage: Hashable {
        case bytes(Int)
        case unlimited
        case malformed(String)
    }

    private let storage: Storage

    /// More than any size: as `maxNBytes`, no array is ever mapped (joblib's `None`).
    public static let unlimited: ByteCount = ByteCount(storage: .unlimited)

    /// Creates a size.
    ///
    /// - Parameter bytes: The size in bytes, at least 0.
    public init(_ bytes: Int) {
        self.init(storage: .bytes(bytes))
    }

    /// Creates a size from joblib's notation.
    ///
    /// - Parameter text: A decimal number and one of the units `K`, `M` and `G`, which are powers of 1,024 bytes. The
    ///   fraction of a byte that may result is dropped.
    public init(_ text: String) {
        self.init(storage: Self.bytes(in: text).map { .bytes($0) } ?? .malformed(text))
    }

    private init(storage: Storage) {
        self.storage = storage
    }

    /// Returns the size, or `nil` for ``unlimited``.
    ///
    /// - Returns: A number of bytes, at least 0, or `nil`.
    /// - Throws: ``ParallelError`` with the code `invalidByteCount` when the text cannot be read or the number is
    ///   negative.
    public func resolve() throws(ParallelError) -> Int? {
        switch self.storage {
        case .unlimited:
            return nil
        case .bytes(let count) where count >= 0:
            return count
        case .bytes(let count):
            throw Self.refusal(of: "\(count)")
        case .malformed(let text):
            throw Self.refusal(of: text.excerpt)
        }
    }

    private static func refusal(of value: String) -> ParallelError {
        ParallelError(
            .invalidByteCount,
            """
            \(value) is not a size; write a number and a unit such as "500K", "1M" or "10G", a number of bytes from 0 \
            up, or .unlimited
            """
        )
    }

    private static func bytes(in text: String) -> Int? {
        // Sizes are short; what is longer is not worth reading.
        guard text.utf8.count <= 32, let unit = text.utf8.last else { return nil }

        let factor: Double
        switch unit {
        case UInt8(ascii: "K"): factor = 1_024
        case UInt8(ascii: "M"): factor = 1_048_576
        case UInt8(ascii: "G"): factor = 1_073_741_824
        default: return nil
        }

        // `Double` also reads "nan", "infinity" and hexadecimal: only decimal digits get through to it.
        let number = text.utf8.dropLast()
        let decimal = Set("0123456789.eE+-".utf8)
        guard number.allSatisfy({ decimal.contains($0) }), let value = Double(String(text.dropLast())) else {
            return nil
        }

        let bytes = (value * factor).rounded(.towardZero)
        return bytes >= 0 ? Int(exactly: bytes) : nil
    }
}

// MARK: - Literals

extension ByteCount: ExpressibleByStringLiteral {
    /// Creates a size from joblib's notation.
    ///
    /// - Parameter value: A decimal number and one of the units `K`, `M` and `G`.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension ByteCount: ExpressibleByIntegerLiteral {
    /// Creates a size.
    ///
    /// - Parameter value: The size in bytes, at least 0.
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}

// MARK: - Description

extension ByteCount: CustomStringConvertible {
    /// The number of bytes, the word `unlimited`, or the text that could not be read.
    public var description: String {
        switch self.storage {
        case .bytes(let count): "\(count)"
        case .unlimited: "unlimited"
        case .malformed(let text): text
        }
    }
}
