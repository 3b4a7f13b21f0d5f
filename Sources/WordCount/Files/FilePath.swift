// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A path as the system sees it: bytes, which need not be UTF-8.
package struct FilePath: Codable, Hashable, Comparable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package init(_ text: String) {
        self.init(text.utf8)
    }

    /// Returns the path of an entry of this directory.
    func appending(_ name: some Sequence<UInt8>) -> FilePath {
        let slash = UInt8(ascii: "/")
        return FilePath(self.bytes + (self.bytes.last == slash ? [] : [slash]) + name)
    }

    /// The path as `wc` prints it: as it is, or quoted for the shell if it has a line break.
    package var printed: [UInt8] {
        let newline = UInt8(ascii: "\n")
        guard self.bytes.contains(newline) else { return self.bytes }
        return Array("'".utf8)
            + self.bytes.flatMap { byte in
                switch byte {
                case newline: Array("'$'\\n''".utf8)
                case UInt8(ascii: "'"): Array("'\\''".utf8)
                default: [byte]
                }
            } + Array("'".utf8)
    }

    /// The path in a message, on one line and readable.
    package var description: String { String(decoding: self.printed, as: UTF8.self) }

    /// Orders paths by their bytes, like `LC_ALL=C sort`.
    package static func < (left: FilePath, right: FilePath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
