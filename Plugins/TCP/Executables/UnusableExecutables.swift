// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

/// Executables that this machine cannot run, and why, so that they are neither received nor started again and again.
public struct UnusableExecutables: Sendable {
    private struct Entry {
        let reason: String

        /// Until when, in nanoseconds of the monotonic clock; `nil`: for good.
        let end: UInt64?
    }

    /// Of more the list begins anew, since anybody in the cluster can make it longer.
    private static let largestCount = 64

    private var entries: [String: Entry] = [:]

    /// Makes a list of none.
    public init() {}

    /// Enters one.
    ///
    /// - Parameters:
    ///   - key: Its SHA-256 in hexadecimal digits, which is the name of its file in a cache.
    ///   - reason: Why, for people at both ends.
    ///   - end: Until when, in nanoseconds of the monotonic clock, where it may be another time; `nil`: for good.
    public mutating func add(_ key: String, _ reason: String, until end: UInt64? = nil) {
        if self.entries.count >= Self.largestCount { self.entries = [:] }
        self.entries[key] = Entry(reason: reason, end: end)
    }

    /// Why one cannot be run; `nil` where nothing is known of it.
    func reason(of key: String, at now: UInt64) -> String? {
        guard let entry = self.entries[key], now < entry.end ?? .max else { return nil }
        return entry.reason
    }
}

#endif
