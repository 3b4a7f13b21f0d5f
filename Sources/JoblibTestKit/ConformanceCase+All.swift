// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension ConformanceCase {
    /// Every case, family by family.
    public static let all: [ConformanceCase] = Array(families.joined())

    private static let families: [[ConformanceCase]] = [
        order, errors, cancellation, timeouts, retries, streaming, nesting, scopes, lifecycle, seeds, largeValues,
        orchestration, hostile, portable, portableFailures,
    ]
}
