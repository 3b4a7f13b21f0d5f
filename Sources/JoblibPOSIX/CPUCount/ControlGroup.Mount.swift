// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ControlGroup {
    /// A place in the file system where a hierarchy, or a branch of it, can be seen.
    struct Mount: Hashable {
        /// The group that is seen at the mount point, as a path in the hierarchy.
        let root: String

        /// The directory.
        let point: String

        /// Whether this is the unified hierarchy (version 2).
        private(set) var isUnified = false

        /// Whether this is the hierarchy of the `cpu` controller (version 1).
        private(set) var isCPUController = false

        init(root: String, point: String) {
            self.root = root
            self.point = point
        }

        /// Reads a line of `/proc/self/mountinfo`, described in `proc_pid_mountinfo(5)`.
        ///
        /// - Parameter line: `36 35 98:0 /root /point options optional… - type source superoptions`.
        private init?(line: String) {
            let fields = line.fields(separatedBy: " ")
            // From the seventh field on, any number of optional ones; a lone hyphen ends them.
            guard let hyphen = fields.indices.dropFirst(6).first(where: { fields[$0] == "-" }) else { return nil }
            guard fields.count > hyphen + 3 else { return nil }
            self.init(root: Self.unescaped(fields[3]), point: Self.unescaped(fields[4]))

            switch fields[hyphen + 1] {
            case "cgroup2":
                self.isUnified = true
            case "cgroup" where fields[hyphen + 3].fields(separatedBy: ",").contains("cpu"):
                self.isCPUController = true
            default:
                return nil
            }
        }

        /// Returns the mounts that may hold CPU quotas; lines that make no sense are skipped.
        ///
        /// - Parameter text: The text of `/proc/self/mountinfo`.
        /// - Returns: The mounts in order, without those that a later one covers.
        static func all(in text: String) -> [Mount] {
            var mounts: [Mount] = []
            for mount in text.fields(separatedBy: "\n").compactMap(Mount.init(line:)) {
                mounts.removeAll { $0.point == mount.point }
                mounts.append(mount)
            }
            return mounts
        }

        /// Returns the directories in which a group and its ancestors are seen here.
        ///
        /// - Parameter path: The group's path in the hierarchy.
        /// - Returns: Absolute paths, the group's own first, the mount point last; `nil` when the group cannot be seen.
        func directories(of path: String) -> [String]? {
            // No path of the kernel's is longer; one that is would make a quadratic number of characters below.
            guard path.utf8.count <= 4_096 else { return nil }

            let group = Self.components(path)
            let root = Self.components(self.root)
            guard group.starts(with: root) else { return nil }

            // ".." is what the kernel writes for a group outside of the namespace of who reads. Past the mount point such
            // a path would lead to files that have nothing to do with control groups.
            let inner = group.dropFirst(root.count)
            guard !inner.contains("..") else { return nil }
            return (0...inner.count).reversed()
                .map { depth in
                    ([self.point] + inner.prefix(depth)).joined(separator: "/")
                }
        }

        private static func components(_ path: String) -> [String] {
            path.fields(separatedBy: "/", omittingEmptySubsequences: true).filter { $0 != "." }
        }

        /// Undoes the kernel's octal escapes, such as `\040` for a space.
        private static func unescaped(_ field: String) -> String {
            var bytes: [UInt8] = []
            var rest = Array(field.utf8)[...]
            while let byte = rest.popFirst() {
                let digits = rest.prefix(3)
                if byte == UInt8(ascii: "\\"),
                    digits.count == 3,
                    digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "7")).contains),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
                {
                    bytes.append(value)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
