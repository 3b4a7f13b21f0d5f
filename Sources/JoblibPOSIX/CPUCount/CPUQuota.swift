// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The CPU time that a control group grants in each period.
struct CPUQuota: Hashable {
    /// Microseconds of CPU time in each period, at least 1.
    private let quota: Int

    /// Microseconds, at least 1.
    private let period: Int

    /// Reads the files `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1.
    ///
    /// Fails when there is no quota, which the kernel writes as -1, and when either text is no number.
    ///
    /// - Parameters:
    ///   - quota: The text of the first file.
    ///   - period: The text of the second.
    init?(quota: String, period: String) {
        guard
            let quota = Int(quota.trimmed), quota >= 1,
            let period = Int(period.trimmed), period >= 1
        else { return nil }
        self.quota = quota
        self.period = period
    }

    /// Reads the file `cpu.max` of version 2.
    ///
    /// Fails when there is no quota, which the kernel writes as `max`, and when the text is anything but two numbers. Some
    /// container runtimes leave the file empty, or with one field.
    ///
    /// - Parameter text: The text of the file.
    init?(cpuMax text: String) {
        let fields = text.trimmed.fields(separatedBy: " ", omittingEmptySubsequences: true)
        guard fields.count == 2 else { return nil }
        self.init(quota: fields[0], period: fields[1])
    }

    /// The number of CPUs that can use the quota up, at least 1: half a CPU is 1, one and a half are 2.
    var wholeCPUs: Int {
        // Not `(quota + period - 1) / period`, which overflows.
        (self.quota - 1) / self.period + 1
    }
}
