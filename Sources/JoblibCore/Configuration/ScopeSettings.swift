// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What the scopes around the caller say that concerns code outside of loops.
public enum ScopeSettings {
    /// The `tempFolder` of the innermost `parallelConfig` scope that has one; `nil` where there is none.
    public static var tempFolder: String? { ParallelConfig.current.tempFolder }
}
