// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import Synchronization
import Testing

@testable import JoblibTCP

/// Bytes of whoever has proved nothing, over sockets, to hosts and coordinators as programs have them; S1 and S13 of docs/security.md.
@Suite("Bytes of strangers", .timeLimit(.minutes(2)), .serialized)
struct StrangerBytesTests {
    /// What TLS waits for the end of: a client's hello, or a server's, that says that it has 60,000 bytes.
    enum Hello: UInt8, Sendable {
        case client = 1
        case server = 2

        /// The first bytes of it, in records.
        func bytes(_ count: Int) -> [UInt8] {
            let message: [UInt8] = [self.rawValue, 0, 0xea, 0x60] + [UInt8](repeating: 0, count: count)
            var bytes: [UInt8] = []
            var rest = message[...]
            while bytes.count < count {
                let piece = rest.prefix(8192)
                rest = rest.dropFirst(8192)
                bytes += [22, 3, 3, UInt8(piece.count >> 8), UInt8(piece.count & 0xff)] + piece
            }
            return Array(bytes.prefix(count))
        }
    }

    /// How long whoever has proved nothing may take, and when it was not that which has ended a connection.
    private static let greetingTime = Duration.seconds(5)
    private static let sooner = Duration.seconds(4)

    init() { registerTCPBackend() }

    private func port(_ address: String) -> Int { address.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// How long it takes until whoever was sent bytes ends the connection.
    private func time(of descriptor: Int32, sending bytes: [UInt8]) -> Duration {
        let start = ContinuousClock.now
        _ = Sockets.converse(descriptor, sending: bytes, seconds: 20)
        return ContinuousClock.now - start
    }

    /// Several at once, each over a connection of its own.
    private func times(_ port: Int, _ hellos: [[UInt8]]) throws -> [Duration] {
        let calls = hellos.map { bytes in
            BackgroundCall {
                let stranger = Sockets.connect(toPort: port)
                defer { close(stranger) }
                return self.time(of: stranger, sending: bytes)
            }
        }
        return try calls.map { try $0.value() }
    }

    private func expectLimit(at port: Int) throws {
        let times = try self.times(
            port,
            [
                Hello.client.bytes(StrangerLimit.byteCount), Hello.client.bytes(StrangerLimit.byteCount + 1),
                Hello.client.bytes(200_000),
            ]
        )
        #expect(times[0] >= Self.sooner && times[0] < Self.greetingTime * 2, "\(times)")
        #expect(times[1] < Self.sooner && times[2] < Self.sooner, "\(times)")
    }

    @Test("S1: a host hears 32 KB of whoever dials, and not a byte more")
    func host() throws {
        let cluster = try TestCluster(1)
        try self.expectLimit(at: self.port(cluster.addresses[0]))
        #expect(try cluster.isWell(2))
    }

    @Test("S1: so does a coordinator, whose call goes on")
    func coordinator() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let rendezvous = Rendezvous()
        let call = BackgroundCall {
            let wait = BackendParameter.waitForWorkers(within: .seconds(30))
            return try Parallel(backend: .tcp, backendParams: [.listen(address), .token(token), wait])([
                Delayed(Held(0, rendezvous))
            ])
        }
        let host = try HostRun.dialling(address, slots: 1, token)
        try rendezvous.waitForBegun(1)
        try self.expectLimit(at: self.port(address))
        rendezvous.open()
        #expect(try call.value().count == 1)
        #expect(host.text.ranges(of: ": works for").count == 1, "\(host.text)")
    }

    @Test("S1: whoever dials hears 32 KB of whoever listens, and not a byte more")
    func dialler() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        try #require(Sockets.bind(listener) && listen(listener, 8) == 0)
        let host = try HostRun.dialling("127.0.0.1:\(Sockets.port(of: listener))", ClusterToken.generate())
        for (count, isTooMuch) in [
            (StrangerLimit.byteCount + 1, true), (StrangerLimit.byteCount, false), (200_000, true),
        ] {
            let server = accept(listener, nil, nil)
            defer { close(server) }
            try #require(server >= 0)
            let time = self.time(of: server, sending: Hello.server.bytes(count))
            #expect(
                (time < Self.sooner) == isTooMuch && time < Self.greetingTime * 2,
                "\(count): \(time); \(host.text)"
            )
        }
    }

    @Test(
        "S1: without TLS a frame is refused by its length, and what is none at once",
        arguments: ["", "GET / HTTP/1.1\r\n\r\n"]
    )
    func plaintext(_ text: String) throws {
        let host = try HostRun.listening(slots: 1, nil)
        let port = try self.port(host.address)
        // The longest frame that there may be waits for its end; one of a byte more does not, nor does TLS.
        let hello = Hello.client.bytes(512)
        let bytes: [[UInt8]] = text.isEmpty ? [[0, 0x10, 0, 0, 2], [1, 0x10, 0, 0, 2], hello] : [Array(text.utf8)]
        let times = try self.times(port, bytes)
        for (index, time) in times.enumerated() {
            let isWaitedFor = text.isEmpty && index == 0
            #expect(
                (time < Self.sooner) != isWaitedFor && time < Self.greetingTime * 2,
                "\(bytes[index].prefix(8)): \(time)"
            )
        }
        let parameters: [BackendParameter] = [.workers([try host.address]), .plaintextOnLoopback(true)]
        #expect(try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 9))]) == [3])
    }

    @Test("S1: who speaks something else is shut out within five seconds, and named with its address in one line")
    func lines() throws {
        let cluster = try TestCluster(1)
        let host = cluster.hosts[0]
        var generator = SeededGenerator(state: 3)
        let noise = (0..<5000).map { _ in UInt8.random(in: 128...255, using: &generator) }
        for bytes in [
            Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), noise, Array("SSH-2.0-OpenSSH_9\r\n".utf8),
        ] {
            let stranger = Sockets.connect(toPort: self.port(cluster.addresses[0]))
            defer { close(stranger) }
            let name = "127.0.0.1:\(Sockets.port(of: stranger)) "
            #expect(self.time(of: stranger, sending: bytes) < Self.greetingTime)
            try host.wait(for: name)
            #expect(host.text.ranges(of: name).count == 1, "\(host.text)")
            #expect(host.text.contains("\(name)does not speak as a program of a cluster"), "\(host.text)")
        }
        #expect(try cluster.isWell(2))
    }

    @Test("S1, S13: three hundred who send all that they may cost a host no memory to speak of, and keep nobody out")
    func memory() throws {
        let cluster = try TestCluster(1)
        #expect(try cluster.isWell(2))
        let pid = try cluster.hosts[0].pid
        let before = residentBytes(of: pid)
        let hello = Hello.client.bytes(StrangerLimit.byteCount)
        let strangers = (0..<300).map { _ in Sockets.connect(toPort: self.port(cluster.addresses[0])) }
        defer { for stranger in strangers { close(stranger) } }
        for stranger in strangers {
            _ = unsafe hello.withUnsafeBytes { unsafe send(stranger, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        try Rendezvous()
            .wait("all but those that may be there are shut out") {
                strangers.count { Sockets.isClosed($0) } >= 300 - Listener.largestStrangerCount
            }
        let cost = residentBytes(of: pid) - before
        #expect(cost < 32 << 20, "\(cost >> 20) MiB")
        #expect(try cluster.isWell(2))
    }
}

/// How much memory a process has, without what it shares or has not touched.
func residentBytes(of pid: Int32) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    return (text.firstMatch(of: /VmRSS:\s+(\d+) kB/).flatMap { Int($0.output.1) } ?? 0) << 10
}

#endif
