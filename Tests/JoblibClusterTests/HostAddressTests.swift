// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import JoblibCore
import Testing

@Suite("Addresses")
struct HostAddressTests {
    @Test(
        "have a name or a number, and a port",
        arguments: [
            ("node7:7077", "node7", 7077), ("10.0.0.5:0", "10.0.0.5", 0), ("[::1]:65535", "::1", 65_535),
            ("[fe80::1%eth0]:1", "fe80::1%eth0", 1), ("a.example:080", "a.example", 80),
        ]
    )
    func wellFormed(text: String, host: String, port: Int) throws {
        let address = try HostAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(try HostAddress(address.description) == address)
        #expect(try HostAddress(host: host, port: port) == address)
    }

    @Test(
        "that are none are refused, and shown",
        arguments: [
            "", ":", "host", "host:", ":7077", "host:-1", "host:65536", "host:1x", "host: 1", "ho st:1", "::1",
            "::1:7077",
            "[::1]", "[::1]7077", "[]:1", "http://host:1", "host:1/", "höst:1", "host:99999999999999999999", "host:+1",
            "host\n:1", "host:١", String(repeating: "a", count: 254) + ":1",
        ]
    )
    func malformed(_ text: String) throws {
        let error = try #require(throws: ParallelError.self) { try HostAddress(text) }
        #expect(error.code == .invalidArgument)
        #expect(error.detail.contains(text.prefix(20)))
        #expect(error.detail.contains("write host:port"))
        #expect(error.detail.utf8.count < 250)
    }

    @Test(
        "are of this machine where nobody else hears what is said",
        arguments: [
            ("127.0.0.1:1", true), ("127.9.8.7:1", true), ("localhost:1", true), ("[::1]:1", true),
            ("0.0.0.0:1", false),
            ("10.0.0.1:1", false), ("127.0.0.1.example:1", false), ("127.example.com.x:1", false), ("[::]:1", false),
            ("127.0.0:1", false), ("127.0.0.256:1", false), ("localhost.example:1", false),
            ("[::ffff:10.0.0.1]:1", false),
        ]
    )
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try HostAddress(text).isLoopback == isLoopback)
    }
}
