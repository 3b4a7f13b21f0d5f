// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster

/// Which of those that were turned away are told of: not all, since anybody may knock, and as often as they like.
struct RefusalQuota {
    /// How many strangers are told of in an hour.
    static let largestCount = 20
    static let period: UInt64 = 3_600_000_000_000

    /// How often it is told of another build, which whoever keeps the host waits for, and which only members of the cluster can be.
    static let buildPace: UInt64 = 1_000_000_000

    private var count = 0
    private var end: UInt64 = 0
    private var nextBuild: UInt64 = 0

    /// What is to be written of one.
    ///
    /// - Parameters:
    ///   - reason: Why it was turned away.
    ///   - now: The time, in nanoseconds.
    /// - Returns: The lines, none where it is one too many.
    mutating func lines(of reason: String, at now: UInt64) -> [HostLine] {
        let line = HostLine.refusal(reason, at: nil)
        if case .otherBuild = line {
            guard now >= self.nextBuild else { return [] }
            self.nextBuild = now + Self.buildPace
            return [line]
        }
        if now >= self.end {
            self.count = 0
            self.end = now + Self.period
        }
        guard self.count < Self.largestCount else { return [] }
        self.count += 1
        guard self.count == Self.largestCount else { return [line] }
        return [line, .other("says no more of strangers that it turns away for an hour")]
    }
}

#endif
