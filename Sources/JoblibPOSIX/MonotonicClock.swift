// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// A clock for durations: it never jumps, and stands still while the machine sleeps.
public enum MonotonicClock {
    /// Nanoseconds since an arbitrary start.
    public static var now: UInt64 { joblib_monotonic_nanoseconds() }
}
