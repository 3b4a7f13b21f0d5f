// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The control groups that this process is in, and what they grant; see `cgroups(7)`.
enum ControlGroup {
    /// Returns the CPUs' worth of time that the process may use, from `/proc/self/cgroup` and `/proc/self/mountinfo`.
    ///
    /// A group is bound by its ancestors' quotas too, so each one up to the mount's root is read, in both versions of the
    /// hierarchy. (loky reads the mount's root alone, where outside a container there is no quota: loky#634.)
    ///
    /// - Parameter textOf: Reads a file by its path; `nil` when it cannot be read.
    /// - Returns: The least quota, rounded up to whole CPUs, at least 1; `nil` when there is none.
    static func cpuLimit(textOf: (String) -> String?) -> Int? {
        let membership = Membership(textOf("/proc/self/cgroup") ?? "")
        let mounts = Mount.all(in: textOf("/proc/self/mountinfo") ?? "")

        let unified = Self.directories(
            of: membership.unifiedPath,
            in: mounts.filter(\.isUnified),
            otherwise: "/sys/fs/cgroup"
        )
        let legacy = Self.directories(
            of: membership.cpuPath,
            in: mounts.filter(\.isCPUController),
            otherwise: "/sys/fs/cgroup/cpu"
        )
        let quotas =
            unified.compactMap { directory in
                textOf("\(directory)/cpu.max").flatMap(CPUQuota.init(cpuMax:))
            }
            + legacy.compactMap { directory in
                guard
                    let quota = textOf("\(directory)/cpu.cfs_quota_us"),
                    let period = textOf("\(directory)/cpu.cfs_period_us")
                else { return nil }
                return CPUQuota(quota: quota, period: period)
            }
        return quotas.map(\.wholeCPUs).min()
    }

    /// Returns the directories of a group and its ancestors.
    ///
    /// - Parameters:
    ///   - path: The group, as `/proc/self/cgroup` names it; `nil` when that file was of no use.
    ///   - mounts: The mounts of its hierarchy.
    ///   - conventional: Where the hierarchy is mounted when nothing says where.
    /// - Returns: Absolute paths, without a promise that there is anything.
    private static func directories(of path: String?, in mounts: [Mount], otherwise conventional: String) -> [String] {
        let mounts = mounts.isEmpty ? [Mount(root: "/", point: conventional)] : mounts
        let found = mounts.compactMap { mount in path.flatMap { mount.directories(of: $0) } }
        // A mount may show another branch of the hierarchy than ours. Only when all do, as in a container that sees the
        // host's /proc, are their roots the best that there is.
        return found.isEmpty ? mounts.map(\.point) : found.flatMap(\.self)
    }
}
