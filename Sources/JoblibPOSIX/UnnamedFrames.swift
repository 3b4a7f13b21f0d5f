// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Folds what the runtime says, in the trace of a trap, of calls that it finds no name for: a line each, that tells nothing.
///
/// Those are nearly all of a program. The names are in the failure of the task, which has been looked up in the program's file.
struct UnnamedFrames {
    private static let start = Array("Current stack trace:".utf8)
    private static let mark = Array("<unavailable>".utf8)

    private var isInTrace = false
    private var count = 0

    /// Folds whole lines, or pieces of a line too long to be whole.
    ///
    /// - Returns: The lines that are to be shown; how many were left out comes before the next line that is not.
    mutating func fold(_ lines: ArraySlice<UInt8>) -> [UInt8] {
        var shown: [UInt8] = []
        var rest = lines
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex - 1
            let line = rest[...end]
            rest = rest[(end + 1)...]
            if self.isInTrace, Self.isUnnamed(line) {
                self.count += 1
                continue
            }
            shown += self.takeCount()
            let isFrame = line.first.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
            self.isInTrace = line.starts(with: Self.start) || (self.isInTrace && isFrame)
            shown += line
        }
        return shown
    }

    /// The line that says how many were left out since the last one that was not; nothing if none was.
    mutating func takeCount() -> [UInt8] {
        guard self.count > 0 else { return [] }
        defer { self.count = 0 }
        return Array("     (\(self.count) \(self.count == 1 ? "call" : "calls") without a name)\n".utf8)
    }

    /// Whether a line is such as `11   program    0x0000560a70cd79a6 <unavailable> + 3905958`.
    private static func isUnnamed(_ line: ArraySlice<UInt8>) -> Bool {
        guard let first = line.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= first else { return false }
        let words = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
        guard words.count >= 4 else { return false }
        return words[words.count - 3].elementsEqual(self.mark) && words[words.count - 4].starts(with: Array("0x".utf8))
    }
}
