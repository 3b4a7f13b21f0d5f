// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A program of contenders that can be started.
struct PeerProgram {
    /// What can be done by whom, in the program's own list.
    struct Entry {
        let work: String
        let contender: String
        let note: String

        /// Why the contender cannot do the work.
        var exception: String? { self.note.hasPrefix("cannot: ") ? String(self.note.dropFirst(8)) : nil }
    }

    enum Role {
        case ours
        case peer
        case limit
    }

    let role: Role

    /// What starts it.
    let command: [String]

    private(set) var entries: [Entry]

    init(_ role: Role, _ command: [String]) throws {
        self.role = role
        self.command = command
        self.entries = try ChildProcess.output(of: command + ["list"]).split(separator: "\n")
            .map { line in
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map { String($0) }
                guard fields.count >= 2 else { throw ChildProcess.Failure("lists nonsense: \(line.prefix(80))") }
                return Entry(work: fields[0], contender: fields[1], note: fields.count > 2 ? fields[2] : "")
            }
    }

    /// The program with those peers alone that are wanted.
    func keeping(_ isWanted: (Entry) -> Bool) -> PeerProgram {
        guard self.role == .peer else { return self }
        var copy = self
        copy.entries.removeAll { !isWanted($0) }
        return copy
    }

    /// What it was made with; nothing if it does not say.
    var version: String {
        let lines = try? ChildProcess.output(of: self.command + ["version"]).split(separator: "\n")
        return lines?.first.map { String($0) } ?? ""
    }
}
