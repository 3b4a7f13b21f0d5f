// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Which processes descend from which, as the files of /proc tell it.
struct ProcessFamily {
    private var children: [Int: [Int]] = [:]

    /// Begins with none.
    init() {}

    /// Notes the parent of a process.
    ///
    /// - Parameters:
    ///   - process: The id of the process.
    ///   - stat: The content of its file `stat`; nothing is noted of one that cannot be understood.
    mutating func note(_ process: Int, stat: String) {
        // The name in parentheses may have spaces and parentheses itself.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 1, let parent = Int(fields[1]) else { return }
        self.children[parent, default: []].append(process)
    }

    /// Returns all that descend from a process, without itself.
    func descendants(of root: Int) -> [Int] {
        var found: [Int] = []
        var next = self.children[root] ?? []
        while let process = next.popLast() {
            found.append(process)
            next += self.children[process] ?? []
        }
        return found
    }
}
