// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

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

    /// What is resident in the process alone, in bytes, whoever else has it too.
    var residentBytesOfRoot: Int { self.bytes("VmRSS") }

    /// What is resident, in bytes: what several have counts once, and so does memory that the root has as a file and nobody maps.
    ///
    /// Processes are looked at one after the other. What one of them begins to map meanwhile would count as the root's alone and as
    /// its own too, so each is looked at before and after the root, and the smaller share counts: never too much, so that the
    /// largest of many readings was true.
    var residentBytes: Int {
        let descendants = self.descendants
        let before = descendants.map(Self.proportionalBytes)
        let root = Self.proportionalBytes(of: self.root)
        let after = descendants.map(Self.proportionalBytes)
        return root + zip(before, after).reduce(0) { $0 + min($1.0, $1.1) } + self.unmappedBytes
    }

    /// The memory of files without a name that the root has open and does not map.
    private var unmappedBytes: Int {
        let mapped = Set(
            ProcFile("/proc/\(self.root)/maps").text.split(separator: "\n")
                .compactMap { line in line.split(separator: " ").dropFirst(4).first.flatMap { UInt64($0) } }
        )
        var files: [UInt64: Int] = [:]
        for name in ProcFile.names(in: "/proc/\(self.root)/fd") {
            let path = "/proc/\(self.root)/fd/\(name)"
            var status = stat()
            guard ProcFile.linkTarget(path).hasPrefix("/memfd:"), stat(path, &status) == 0 else { continue }
            if !mapped.contains(UInt64(status.st_ino)) { files[UInt64(status.st_ino)] = Int(status.st_blocks) * 512 }
        }
        return files.values.reduce(0, +)
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
