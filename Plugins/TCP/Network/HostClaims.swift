// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import NIOCore

// SAFETY: touched on the event loop of its connections alone.
/// By which address each host is there, so that one that has two names is there by the first alone.
///
/// A host is entered as soon as it has said who it is, before either end has accepted the other: of two attempts that are under way at
/// once the later one fails, and the host never hears of it.
final class HostClaims: @unchecked Sendable {
    private struct Claim {
        let address: String
        let channel: any Channel
    }

    private var claims: [[UInt8]: Claim] = [:]

    /// With how many those are looked for that have ended: twice as many as were there the last time.
    private var tidyCount = 64

    /// Why a host is not to join by a connection; `nil`: it may, and others of its own may not as long as the connection is there.
    ///
    /// - Parameters:
    ///   - host: What it says of itself.
    ///   - address: Where it was dialled, or has dialled from.
    ///   - channel: The connection.
    ///   - mayReplace: Whether a second connection tells of the end of the first: where the host itself has dialled, which it does once at a
    ///     time, and has proved to be the same one.
    /// - Returns: The reason.
    func refusal(
        of host: Greeting,
        at address: String,
        over channel: any Channel,
        mayReplace: Bool = false
    ) -> GreetingRefusal? {
        // Whoever dials an address again has given up the connection before.
        if let claim = self.claims[host.processID], claim.address != address, claim.channel.isActive, !mayReplace {
            return GreetingRefusal(
                code: .present,
                detail: "\(host.name) is here already, as \(claim.address); name each host once"
            )
        }
        if self.claims.count >= self.tidyCount {
            self.claims = self.claims.filter { $0.value.channel.isActive }
            self.tidyCount = max(64, 2 * self.claims.count)
        }
        self.claims[host.processID] = Claim(address: address, channel: channel)
        return nil
    }
}

#endif
