// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A process and all that it started, and the memory of them together.
struct ProcessTree {
    let root: Int32

    var descendants: [Int32] {
        var children: [Int32: [Int32]] = [:]
        for pid in ProcFile.processes {
            guard let parent = Self.parent(of: pid) else { continue }
            children[parent, default: []].append(pid)
        }
        var found: [Int32] = []
        var next = children[self.root] ?? []
        while let pid = next.popLast() {
            found.append(pid)
            next += children[pid] ?? []
        }
        return found
    }

    /// What is resident, in bytes: of several processes, shared pages count once.
    var residentBytes: Int {
        let descendants = self.descendants
        guard !descendants.isEmpty else { return self.bytes("VmRSS") }
        return ([self.root] + descendants).reduce(0) { $0 + Self.proportionalBytes(of: $1) }
    }

    /// The most that was ever resident in the process alone.
    var peakOfRoot: Int { self.bytes("VmHWM") }

    private func bytes(_ name: String) -> Int { ProcFile("/proc/\(self.root)/status").kilobytes(name) * 1024 }

    private static func proportionalBytes(of pid: Int32) -> Int {
        ProcFile("/proc/\(pid)/smaps_rollup").kilobytes("Pss") * 1024
    }

    private static func parent(of pid: Int32) -> Int32? {
        // The name in parentheses may have spaces and parentheses itself.
        let fields = ProcFile("/proc/\(pid)/stat").text.split(separator: ")").last?.split(separator: " ")
        return fields.flatMap { $0.count > 1 ? Int32($0[1]) : nil }
    }
}
