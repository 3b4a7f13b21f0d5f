// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// A clock for durations: it never jumps, and stands still while the machine sleeps.
public enum MonotonicClock {
    /// Nanoseconds since an arbitrary start.
    public static var now: UInt64 { joblib_monotonic_nanoseconds() }
}

/// The processor's own counter: less than a third of what reading ``MonotonicClock`` costs, and as coarse as that.
public enum ProcessorTicks {
    /// The count; two processors need not agree on it, so that a difference may be anything now and then.
    public static var now: UInt64 { joblib_ticks() }

    /// How many ticks a microsecond has, within a factor of two.
    public static var perMicrosecond: UInt64 { joblib_ticks_per_microsecond() }
}
