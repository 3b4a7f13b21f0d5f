// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// The CPUs that the scheduler may choose from.
public enum CPUAffinity {
    /// Returns the number of CPUs that the calling thread may run on, as `sched_getaffinity(2)`.
    ///
    /// Linux keeps this for each thread, not for the process: a thread inherits it from the one that started it, and a
    /// pinned thread is told 1.
    ///
    /// - Returns: A number from 1 up; `nil` when the kernel does not say.
    public static func count() -> Int? {
        let count = Int(joblib_cpu_affinity_count())
        return count >= 1 ? count : nil
    }
}
