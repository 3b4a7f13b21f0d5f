// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Duration {
    /// The duration in whole nanoseconds, none for a negative one, and at most half of what 64 bits hold, so that a clock's reading can
    /// be added; 292 years are as good as for ever.
    package var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let limit = UInt64.max / 2
        return overflow ? limit : min(limit, min(limit, product) + UInt64(attoseconds / 1_000_000_000))
    }
}
