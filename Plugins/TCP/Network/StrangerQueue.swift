// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import NIOCore

/// Which connection is to be closed when more are open than may be whose other ends have proved nothing; decides, and closes nothing.
///
/// It is the oldest one of whoever has the most: a flood from one place pushes out itself, and nobody else's.
struct StrangerQueue<ID: Equatable> {
    private let largestCount: Int

    /// The oldest first.
    private var strangers: [(id: ID, source: String)] = []

    /// How many each source has, none of them 0.
    private var counts: [String: Int] = [:]

    init(largestCount: Int) {
        self.largestCount = largestCount
    }

    var count: Int { self.strangers.count }

    /// Enters a connection, and returns the one that is to be closed for it, which is not in it any more.
    mutating func add(_ id: ID, from source: String) -> ID? {
        self.strangers.append((id, source))
        self.counts[source, default: 0] += 1
        guard self.strangers.count > self.largestCount else { return nil }
        let most = self.counts.values.max() ?? 0
        guard let index = self.strangers.firstIndex(where: { self.counts[$0.source] == most }) else { return nil }
        return self.take(at: index)
    }

    /// A connection is closed, or its other end has proved who it is.
    mutating func remove(_ id: ID) {
        if let index = self.strangers.firstIndex(where: { $0.id == id }) { _ = self.take(at: index) }
    }

    private mutating func take(at index: Int) -> ID {
        let (id, source) = self.strangers.remove(at: index)
        let count = (self.counts[source] ?? 1) - 1
        self.counts[source] = count > 0 ? count : nil
        return id
    }
}

extension SocketAddress {
    /// Who is taken for one and the same: an address, and of IPv6 the 64 bits that one machine can have the rest of to itself.
    var source: String {
        switch self {
        case .v4: return self.ipAddress ?? ""
        case .v6:
            // sockaddr_in6: what the address is preceded by takes eight bytes.
            let bytes = unsafe self.withSockAddr { unsafe Array(UnsafeRawBufferPointer(start: $0, count: $1)[8..<24]) }
            // IPv4 within IPv6, ::ffff:a.b.c.d, of which the first 64 bits are all the same.
            let isMapped = bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff])
            return isMapped ? "\(bytes[12]).\(bytes[13]).\(bytes[14]).\(bytes[15])" : "\(bytes.prefix(8))"
        case .unixDomainSocket: return ""
        }
    }
}

#endif
