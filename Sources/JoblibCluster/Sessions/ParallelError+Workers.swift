// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

extension ParallelError {
    /// Fewer workers have come than a call waits for.
    ///
    /// - Parameters:
    ///   - wanted: How many it waits for, from 1.
    ///   - came: How many have come.
    ///   - limit: How long it has waited.
    ///   - reasons: Why others have not, where that is known.
    /// - Returns: An error with the code `.noWorkers`.
    static func tooFewWorkers(wanted: Int, came: Int, within limit: Duration, because reasons: [String]) -> Self {
        let wantedText = wanted == 1 ? "a worker was" : "\(wanted) workers were"
        let cameText = came == 0 ? "none came" : "\(came) came"
        let why = reasons.isEmpty ? "" : ": \(reasons.joined(separator: "; "))"
        return ParallelError(.noWorkers, "\(wantedText) to come within \(limit), and \(cameText)\(why)")
    }
}

extension Duration {
    /// In nanoseconds, within what 64 bits hold.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        return UInt64(clamping: min(seconds, 1 << 33)) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
