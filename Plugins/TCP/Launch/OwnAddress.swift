// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import NIOCore
import NIOPosix

/// An address of this machine at which others reach it.
enum OwnAddress {
    /// The addresses that stand for all of a machine's.
    private static let wildcards: Set<String> = ["0.0.0.0", "::", "0:0:0:0:0:0:0:0"]

    /// What hosts are to dial.
    ///
    /// - Parameters:
    ///   - listening: Where this process listens, with the port that it has got.
    ///   - wanted: What the call says.
    ///   - group: Where the system is asked.
    /// - Returns: The address.
    /// - Throws: `ParallelError` for an address that is none.
    static func toDial(
        listening: HostAddress,
        wanted: HostAddress?,
        on group: any EventLoopGroup
    ) throws(ParallelError) -> HostAddress {
        if let wanted { return wanted.port == 0 ? try HostAddress(host: wanted.host, port: listening.port) : wanted }
        guard self.wildcards.contains(listening.host) else { return listening }
        return try HostAddress(host: self.find(on: group), port: listening.port)
    }

    /// The address from which packets to other networks would go; else the first that is no loopback; else loopback.
    private static func find(on group: any EventLoopGroup) -> String {
        // To a network that is for documentation alone. Nothing is sent: connecting a datagram socket only chooses the way.
        let channel = try? DatagramBootstrap(group: group).connect(host: "192.0.2.1", port: 9).wait()
        defer { channel?.close(promise: nil) }
        if let address = channel?.localAddress?.ipAddress, !self.wildcards.contains(address) { return address }
        let addresses = ((try? System.enumerateDevices()) ?? []).compactMap { $0.address?.ipAddress }
        let others = addresses.filter { !$0.hasPrefix("127.") && $0 != "::1" && !$0.hasPrefix("fe80:") }
        return others.first { !$0.contains(":") } ?? others.first ?? "127.0.0.1"
    }
}

#endif
