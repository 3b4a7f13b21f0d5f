// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How long a thread sleeps between two looks at what is done all the time, so that it need not be woken for each thing: decides, and
/// sleeps not.
///
/// A nap is so long that much is done in it, and so short that nobody runs out of work meanwhile; where next to nothing is done in one,
/// being woken is cheaper.
public struct GatheringPace: Sendable {
    /// The shortest nap, in nanoseconds.
    public static let shortest: UInt64 = 60_000

    /// The longest one.
    public static let longest: UInt64 = 1_000_000

    /// How many things must be under way, for each that is being done, before they may wait for each other.
    static let leastAhead = 8

    /// After how many naps in vain in a row it is better to be woken.
    static let mostInVain = 2

    private var time = Self.shortest
    private var inVain = 0

    /// How many things were under way when the nap began.
    private var before = 0

    /// Begins with short naps.
    public init() {}

    /// How long to sleep before looking again.
    ///
    /// - Parameters:
    ///   - count: How many things are under way.
    ///   - workers: How many are done at the same time.
    /// - Returns: Nanoseconds; `nil` if it is better to be woken.
    public mutating func nap(of count: Int, workers: Int) -> UInt64? {
        guard count / Self.leastAhead >= workers, self.inVain < Self.mostInVain else {
            self.inVain = 0
            return nil
        }
        self.before = count
        return self.time
    }

    /// The nap is over.
    ///
    /// - Parameters:
    ///   - isAnything: Whether anything was done in it.
    ///   - count: How many things are under way now.
    public mutating func note(isAnything: Bool, rest count: Int) {
        guard isAnything else {
            self.inVain += 1
            return
        }
        self.inVain = 0
        if count < self.before * 3 / 4 {
            self.time = max(self.time / 2, Self.shortest)
        } else if count > self.before * 7 / 8 {
            self.time = min(self.time * 2, Self.longest)
        }
    }
}
