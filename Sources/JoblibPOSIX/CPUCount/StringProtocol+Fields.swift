// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension StringProtocol {
    /// Returns the parts between separators.
    ///
    /// By bytes: by `Character`, a separator followed by a combining mark separates nothing, and files hold what they hold.
    ///
    /// - Parameters:
    ///   - separator: An ASCII character.
    ///   - maxSplits: How many separators count, from the front.
    ///   - omittingEmptySubsequences: Whether empty parts are left out.
    /// - Returns: The parts in order.
    func fields(
        separatedBy separator: Unicode.Scalar,
        maxSplits: Int = .max,
        omittingEmptySubsequences: Bool = false
    ) -> [String] {
        let byte = UInt8(ascii: separator)
        return self.utf8
            .split(separator: byte, maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The text without the ASCII blanks and line breaks at its ends.
    var trimmed: String {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte) }
        let start = self.utf8.drop(while: isBlank)
        let length = start.reversed().drop(while: isBlank).count
        return String(decoding: start.prefix(length), as: UTF8.self)
    }
}
