// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// In which order a stream of results arrives; joblib's `return_as`.
public struct GeneratorKind: Hashable, Sendable {
    let isOrdered: Bool

    /// In the order in which the tasks were submitted.
    public static let generator = GeneratorKind(isOrdered: true)

    /// In the order in which the tasks finish.
    public static let generatorUnordered = GeneratorKind(isOrdered: false)
}
