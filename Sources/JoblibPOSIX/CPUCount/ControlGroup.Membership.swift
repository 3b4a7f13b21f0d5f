// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ControlGroup {
    /// The groups of a process, as far as they may hold a CPU quota.
    struct Membership: Hashable {
        /// The path in the unified hierarchy (version 2).
        private(set) var unifiedPath: String?

        /// The path in the hierarchy of the `cpu` controller (version 1).
        private(set) var cpuPath: String?

        /// Reads the text of `/proc/self/cgroup`; lines that make no sense are skipped.
        ///
        /// - Parameter text: Lines of `hierarchy:controller,controller:path`; the path may contain colons.
        init(_ text: String) {
            for line in text.fields(separatedBy: "\n") {
                let fields = line.fields(separatedBy: ":", maxSplits: 2)
                guard fields.count == 3, fields[2].utf8.first == UInt8(ascii: "/") else { continue }
                if fields[0] == "0", fields[1].isEmpty {
                    self.unifiedPath = fields[2]
                } else if fields[1].fields(separatedBy: ",").contains("cpu") {
                    self.cpuPath = fields[2]
                }
            }
        }
    }
}
