// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib

/// Returns the moving averages of a signal.
///
/// - Parameters:
///   - signal: The samples.
///   - radius: How many neighbours on each side count, from 0.
/// - Returns: One average for each sample.
/// - Throws: ``ParallelError`` when the loop could not be run.
public func smooth(_ signal: [Double], radius: Int) throws -> [Double] {
    // A hint, and nothing about where it runs: that is for whoever calls.
    try Parallel(prefer: .threads)
        .map(signal.indices) { index in
            let window = signal[max(0, index - radius)...min(signal.count - 1, index + radius)]
            return window.reduce(0, +) / Double(window.count)
        }
}
