// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a coordinator says of its executable.
package struct ExecutableOffer: Codable, Equatable, Sendable {
    /// How many bytes a SHA-256 has.
    package static let hashByteCount = 32

    /// No executable has more bytes.
    package static let largestByteCount: UInt64 = 1 << 40

    /// The name of its file, for people.
    package var name: String

    /// How many bytes it has, from 1.
    package var byteCount: UInt64

    /// The SHA-256 of all of them.
    package var hash: [UInt8]

    package init(name: String, byteCount: UInt64, hash: [UInt8]) {
        self.name = name
        self.byteCount = byteCount
        self.hash = hash
    }

    /// The same, as it can be shown on a terminal; `nil` where it cannot be.
    var checked: ExecutableOffer? {
        guard self.hash.count == Self.hashByteCount, 1...Self.largestByteCount ~= self.byteCount else { return nil }
        return ExecutableOffer(name: self.name.printable(), byteCount: self.byteCount, hash: self.hash)
    }

    /// The hash as hexadecimal digits, which names the file in a cache.
    package var key: String {
        let digits = Array("0123456789abcdef")
        return String(self.hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
