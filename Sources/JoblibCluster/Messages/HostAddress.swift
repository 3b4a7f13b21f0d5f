// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore

/// Where a program listens: the name or number of a host, and a port.
package struct HostAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name such as `node7`, or a number such as `10.0.0.7`, `::1`.
    package let host: String

    /// From 0, which leaves the choice to the system of whoever listens, to 65535.
    package let port: Int

    /// Reads `host:port` or `[host]:port`.
    ///
    /// - Throws: `ParallelError` `.invalidArgument`, which names the text.
    package init(_ text: String) throws(ParallelError) {
        let (host, port): (Substring, Substring)
        if text.hasPrefix("["), let end = text.firstIndex(of: "]"), text[end...].dropFirst().first == ":" {
            (host, port) = (text[..<end].dropFirst(), text[end...].dropFirst(2))
        } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            (host, port) = (text[..<colon], text[colon...].dropFirst())
        } else {
            (host, port) = ("", "")
        }
        let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }
        guard !host.isEmpty, host.utf8.count <= 253, isPlain, !port.isEmpty,
            port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            let number = Int(port), 0...65535 ~= number
        else {
            throw ParallelError(
                .invalidArgument,
                "'\(text.excerpt)' is no address; write host:port such as 10.0.0.5:7077, or [::1]:7077 for IPv6"
            )
        }
        self.host = String(host)
        self.port = number
    }

    /// Makes an address.
    ///
    /// - Throws: `ParallelError` `.invalidArgument`.
    package init(host: String, port: Int) throws(ParallelError) {
        try self.init(host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }

    /// As it is written.
    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    /// Whether it is an address of this very machine, which nobody else sees what is said to.
    package var isLoopback: Bool {
        if self.host == "localhost" || self.host == "::1" { return true }
        let parts = self.host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension String {
    /// As much of it as an error should show.
    fileprivate var excerpt: String { self.utf8.count > 100 ? self.prefix(100) + "…" : self }
}
