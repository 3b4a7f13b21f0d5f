// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibPOSIX
import JoblibWire

/// From when to when the certificates of a cluster are valid: long enough that a wrong clock locks nobody out.
///
/// Their keys are forgotten with the process, so dates would protect nothing. What ends a certificate is another token.
///
/// The certificates' dates are Foundation's, which nothing below the programs imports. A `Date` is made of its `Codable` form instead, a
/// number of seconds since 2001-01-01 00:00:00 UTC.
enum Validity {
    private static let secondsPerDay = 86_400.0

    /// 2000-01-01 00:00:00 UTC; 2000 was a leap year.
    static func beginning<Date: Codable>() throws -> Date { try self.date(-366 * self.secondsPerDay) }

    /// 2100-01-01 00:00:00 UTC, 99 years later, of which 24 are leap years.
    static func end<Date: Codable>() throws -> Date { try self.date((99 * 365 + 24) * self.secondsPerDay) }

    /// So many days from now; days before are below 0.
    static func day<Date: Codable>(_ days: Int) throws -> Date {
        let secondsBefore2001 = 978_307_200.0
        return try self.date(Double(WallClock.now) - secondsBefore2001 + Double(days) * self.secondsPerDay)
    }

    private static func date<Date: Codable>(_ seconds: Double) throws -> Date {
        let coder = BinaryCoder()
        return try coder.decode(Date.self, from: coder.encode(seconds))
    }
}

#endif
