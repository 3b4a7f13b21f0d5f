// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// How many CPUs this process can use, which is often fewer than the machine has.
public enum CPUCount {
    /// Returns the number of CPUs that the calling thread can use.
    ///
    /// As joblib's `cpu_count`: the least of the CPUs online, the affinity, the quota of the control groups and
    /// `LOKY_MAX_CPU_COUNT`. Read anew at every call, because each of these may change while a program runs.
    ///
    /// - Parameter onlyPhysicalCores: Whether the hardware threads of one core count as one. As in joblib, this matters
    ///   only where nothing restricts the process to fewer CPUs than are online.
    /// - Returns: A number from 1 up. What cannot be read, or makes no sense, restricts nothing.
    public static func available(onlyPhysicalCores: Bool = false) -> Int {
        Self.available(within: .current(), onlyPhysicalCores: onlyPhysicalCores, textOf: SystemFile.text(at:))
    }

    /// The decision alone.
    ///
    /// - Parameters:
    ///   - limits: What restricts the process.
    ///   - onlyPhysicalCores: Whether the hardware threads of one core count as one.
    ///   - textOf: Reads a file by its path; `nil` when it cannot be read.
    /// - Returns: A number from 1 up.
    static func available(within limits: Limits, onlyPhysicalCores: Bool, textOf: (String) -> String?) -> Int {
        guard onlyPhysicalCores, !limits.isRestricted else { return limits.available }
        let cores = PhysicalCores.count(logicalCPUs: limits.online, textOf: textOf)
        return max(min(cores ?? limits.available, limits.available), 1)
    }
}
