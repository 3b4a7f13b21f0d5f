// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Why a batch was not run that its worker had not come to: its tasks run again, and nothing is held against them.
public struct BatchNotBegun: Error, Sendable, CustomStringConvertible {
    /// What happened, in words.
    public let description: String

    /// Makes a reason.
    ///
    /// - Parameter description: What happened, in words.
    public init(description: String) {
        self.description = description
    }
}
