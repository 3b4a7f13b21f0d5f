// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// Keeps a task at work for a moment, so that others run at the same time.
enum SpinWaiting {
    static func aMoment() {
        for _ in 0..<10 { SpinWait.aMoment() }
    }
}
