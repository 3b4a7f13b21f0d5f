// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// A clock for what is agreed with other machines: it goes on while this one sleeps.
public enum BootClock {
    /// Nanoseconds since the machine was started; CLOCK_BOOTTIME of clock_gettime(2).
    public static var now: UInt64 { joblib_boot_nanoseconds() }
}
