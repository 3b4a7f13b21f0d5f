// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// Waiting without sleeping, for what is about to happen on another processor.
public enum SpinWait {
    /// Spins for a tenth of a microsecond or so.
    public static func briefly() {
        for _ in 0..<4 { joblib_spin_hint() }
    }

    /// Spins for about two microseconds, then lets another thread have the processor, if one waits for it.
    public static func aMoment() {
        for _ in 0..<64 { joblib_spin_hint() }
        joblib_yield()
    }
}
