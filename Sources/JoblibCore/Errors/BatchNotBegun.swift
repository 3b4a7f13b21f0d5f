// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Why a batch was not run that its worker had not come to: its tasks run again, and nothing is held against them.
public struct BatchNotBegun: Error, Sendable, CustomStringConvertible {
    /// What happened, in words.
    public let description: String

    /// Whether the worker is well, and has given the batch back, or what is left of it, so that others share it.
    public let isReturned: Bool

    /// Makes a reason.
    ///
    /// - Parameters:
    ///   - description: What happened, in words.
    ///   - isReturned: Whether the worker has given the batch back.
    public init(description: String, isReturned: Bool = false) {
        self.description = description
        self.isReturned = isReturned
    }
}
