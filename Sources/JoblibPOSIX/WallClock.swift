// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The time of day, which a user may change: for dates that others read, and not for durations.
public enum WallClock {
    /// Seconds since 1970, UTC; time(2).
    public static var now: Int { time(nil) }
}
