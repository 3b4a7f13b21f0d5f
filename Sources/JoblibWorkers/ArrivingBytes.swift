// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// Room for messages that come in pieces: it grows with what has come, and never with what a length promises.
package enum ArrivingBytes {
    /// How many bytes are made room for before they come.
    package static let largestRoom = 1 << 20

    /// How many times as many as have come there is room for later; pages that nothing was written to take no memory.
    private static let growth = 8

    /// Makes room for bytes, and for more to come: an array that doubles is copied once more on its way, into pages that are made anew.
    ///
    /// - Parameters:
    ///   - bytes: What has come so far.
    ///   - count: How many come now.
    ///   - total: How many it will be, as far as is known.
    package static func makeRoom(in bytes: inout [UInt8], for count: Int, of total: Int) {
        let least = bytes.count + count
        guard least > bytes.capacity else { return }
        bytes.reserveCapacity(min(total, max(Self.largestRoom, Self.growth * least)))
        let capacity = bytes.capacity
        unsafe bytes.withUnsafeMutableBytes { unsafe HugePages.advise($0.baseAddress, byteCount: capacity) }
    }
}
