// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a host says first: that it listens, or dials.
enum HostAnnouncement: Equatable {
    case listening(at: String)
    case dialling
}

/// Looks for the announcement in what a program writes to its standard error.
struct AnnouncementReader {
    /// No longer line is one.
    private static let longestLine = 1024

    private var line: [UInt8] = []

    /// What was announced; `nil`: nothing yet.
    private(set) var announcement: HostAnnouncement?

    /// Takes in bytes, as they come.
    mutating func add(_ bytes: [UInt8]) {
        guard self.announcement == nil else { return }
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                self.readLine()
                self.line = []
            } else if self.line.count <= Self.longestLine {
                self.line.append(byte)
            }
        }
    }

    private mutating func readLine() {
        guard self.line.count <= Self.longestLine, self.announcement == nil else { return }
        let words = String(decoding: self.line, as: UTF8.self).split(separator: " ")
        guard words.count >= 6, words[0] == "joblib", words[1] == "host:" else { return }
        switch words[2] {
        case "listening" where words[3] == "at" && words[5] == "with":
            self.announcement = .listening(at: String(words[4]))
        case "dialling" where words[4] == "with": self.announcement = .dialling
        default: break
        }
    }
}
