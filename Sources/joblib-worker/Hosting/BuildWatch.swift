// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Looks in what a host writes for coordinators that it cannot serve, since they have another build, and for those that it serves.
struct BuildWatch {
    /// No longer line is looked at as a whole.
    private static let longestLine = 8192

    private var line: [UInt8] = []
    private var isServing = false
    private var hasMetAnotherBuild = false

    /// Whether another build is wanted, and nobody has this one.
    var isOutdated: Bool { self.hasMetAnotherBuild && !self.isServing }

    /// Takes in bytes, as they come.
    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                self.readLine()
                self.line = []
            } else if self.line.count < Self.longestLine {
                self.line.append(byte)
            }
        }
    }

    private mutating func readLine() {
        let text = String(decoding: self.line, as: UTF8.self)
        guard text.hasPrefix("joblib host: ") else { return }
        if text.hasPrefix("joblib host: works for ") {
            self.isServing = true
            // Whoever it was has been served by somebody else, or waits for this one to be free.
            self.hasMetAnotherBuild = false
        } else if text.hasPrefix("joblib host: no longer works for ") {
            self.isServing = false
        } else if text.contains(": another build of the program: ") {
            self.hasMetAnotherBuild = true
        }
    }
}
