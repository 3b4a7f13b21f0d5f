// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// Cuts what a program writes into lines, and keeps the last few of them.
struct LineSplitter {
    /// Of a longer line the beginning is looked at.
    private static let longestLine = 8192

    private static let keptCount = 4

    private var line: [UInt8] = []

    /// The last lines that say anything, as they can be shown.
    private(set) var last: [String] = []

    /// Takes in bytes, as they come, and returns the lines that are complete by now.
    mutating func add(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(String(decoding: self.line, as: UTF8.self))
                self.line = []
            } else if self.line.count < Self.longestLine {
                self.line.append(byte)
            }
        }
        self.last += lines.filter { !$0.allSatisfy(\.isWhitespace) }.suffix(Self.keptCount).map { $0.printable(200) }
        self.last = self.last.suffix(Self.keptCount)
        return lines
    }
}
