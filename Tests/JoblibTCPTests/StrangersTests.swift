// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibCluster
import NIOCore
import NIOPosix
import TestProcesses
import Testing

@testable import JoblibTCP

/// Whoever does not belong to a cluster, against real hosts and coordinators.
@Suite("Strangers", .timeLimit(.minutes(2)), .serialized)
struct StrangersTests {
    init() { registerTCPBackend() }

    private func port(_ address: String) -> Int { address.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    private func failure(_ body: () throws -> Void) throws -> ParallelError {
        try #require(throws: ParallelError.self) { try body() }
    }

    @Test("S1: whoever speaks something else is shut out, and the host serves its coordinator")
    func otherProtocols() throws {
        let cluster = try TestCluster(1)
        let port = self.port(cluster.addresses[0])
        var generator = SeededGenerator(state: 1)
        let noise = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for bytes in [Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), noise, [22, 3, 1, 0xff, 0xff] + noise] {
            let stranger = Sockets.connect(toPort: port)
            let start = ContinuousClock.now
            let answer = Sockets.converse(stranger, sending: bytes)
            close(stranger)
            #expect(ContinuousClock.now - start < .seconds(9))
            #expect(answer.count < 100 && !String(decoding: answer, as: UTF8.self).contains("swift"), "\(answer)")
        }
        #expect(try cluster.isWell(2))
    }

    @Test("S1: encryption at one end alone is an error that says so, either way, and at once")
    func oneEndedEncryption() throws {
        let token = ClusterToken.generate()
        let (secure, plain) = (try HostRun.listening(token), try HostRun.listening(nil))
        let first = try self.failure { _ = try TestCluster([plain.address], token).isWell() }
        #expect(first.code == .handshakeRejected && first.detail.contains("does not speak"), "\(first)")
        let second = try self.failure {
            let parameters: [BackendParameter] = [
                .workers([try secure.address]), .plaintextOnLoopback(true), .waitForWorkers(within: .seconds(2)),
            ]
            _ = try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 1))])
        }
        #expect(second.detail.contains(try secure.address), "\(second)")
        let loop = Parallel(
            backend: .tcp,
            backendParams: [.workers([try plain.address]), .plaintextOnLoopback(true)]
        )
        #expect(try loop([Delayed(Root(of: 9))]) == [3])
    }

    @Test("S2: another token is an error at once, with the fingerprints, and no token")
    func wrongToken() throws {
        let (right, wrong) = (ClusterToken.generate(), ClusterToken.generate())
        let host = try HostRun.listening(right)
        let start = ContinuousClock.now
        let error = try self.failure { _ = try TestCluster([host.address], wrong).isWell() }
        #expect(error.code == .handshakeRejected && error.detail.contains(wrong.fingerprint), "\(error)")
        #expect(ContinuousClock.now - start < .seconds(5))
        try host.wait(for: "the token does not match")
        #expect(host.text.contains(right.fingerprint))
        for token in [right, wrong] {
            #expect(!host.text.contains(token.secretText) && !"\(error)".contains(token.secretText))
        }
    }

    @Test("S2: a host that dials in with another token says so, and so does the call that waits for hosts")
    func wrongTokenOfGuest() throws {
        let (right, wrong) = (ClusterToken.generate(), ClusterToken.generate())
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let host = try HostRun.dialling(address, wrong)
        let error = try self.failure {
            let parameters: [BackendParameter] = [
                .listen(address), .token(right), .waitForWorkers(within: .seconds(4)),
            ]
            _ = try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 1))])
        }
        #expect(error.code == .noWorkers && error.detail.contains("none came"), "\(error)")
        #expect(
            error.detail.contains("the token does not match") && error.detail.contains(right.fingerprint),
            "\(error)"
        )
        try host.wait(for: "the token does not match")
        #expect(host.text.contains(wrong.fingerprint))
    }

    @Test("S19: a host of another program is refused at once, and both identities are shown")
    func otherBuild() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(token, program: BuildProducts.program("tcp-probe"))
        let start = ContinuousClock.now
        let error = try self.failure { _ = try TestCluster([host.address], token).isWell() }
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(error.code == .handshakeRejected && error.detail.ranges(of: "build ").count >= 2, "\(error)")
        #expect(error.detail.contains(ProgramIdentity.ofThisProgram.build), "\(error)")
    }

    @Test("Addresses that refuse, hang, or do not exist are named, with how many workers came")
    func addresses() throws {
        let good = try TestCluster(1, slots: 2)
        let hanging = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(hanging) }
        #expect(Sockets.bind(hanging) && listen(hanging, 8) == 0)
        let bad = [
            "127.0.0.1:\(Sockets.closedPort())", "127.0.0.1:\(Sockets.port(of: hanging))", "no-such-host.invalid:7077",
        ]
        let cluster = TestCluster(good.addresses + bad, good.token)
        let error = try self.failure {
            let wait = BackendParameter.waitForWorkers(atLeast: 5, within: .seconds(2))
            _ = try cluster.parallel(nil, wait)([Delayed(Root(of: 1))])
        }
        #expect(
            error.code == .noWorkers && error.detail.contains("5 workers") && error.detail.contains("2 came"),
            "\(error)"
        )
        for address in bad { #expect(error.detail.contains(address), "\(address): \(error)") }
        #expect(!error.detail.contains(good.addresses[0]))
        #expect(try cluster.isWell(2))
    }

    @Test("S13: a thousand connections that dawdle keep nobody out")
    func slowLoris() throws {
        let cluster = try TestCluster(1)
        let port = self.port(cluster.addresses[0])
        let strangers = (0..<1000).map { _ in Sockets.connect(toPort: port) }
        defer { for stranger in strangers { close(stranger) } }
        for stranger in strangers {
            _ = unsafe [UInt8(22)].withUnsafeBytes { unsafe send(stranger, $0.baseAddress, 1, Int32(MSG_NOSIGNAL)) }
        }
        let start = ContinuousClock.now
        #expect(try cluster.isWell(2))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("S13: whoever sends a byte a second is shut out after five, and others get in meanwhile")
    func drip() throws {
        let cluster = try TestCluster(1)
        let port = self.port(cluster.addresses[0])
        // Fewer than may be there at once, so that nobody is shut out for others.
        var strangers = (0..<40).map { _ in Sockets.connect(toPort: port) }
        defer { for stranger in strangers { close(stranger) } }
        let start = ContinuousClock.now
        // The beginning of TLS, as far as it goes.
        for (second, byte) in [22, 3, 1, 1, 0, 1, 0, 0, 0xfc, 3].enumerated() as EnumeratedSequence<[UInt8]> {
            for stranger in strangers {
                _ = unsafe [byte].withUnsafeBytes { unsafe send(stranger, $0.baseAddress, 1, Int32(MSG_NOSIGNAL)) }
            }
            if second == 0 { #expect(try cluster.isWell(2)) }
            let next = start + .seconds(second + 1)
            Thread.sleep(forTimeInterval: max(0, (next - ContinuousClock.now) / .seconds(1)))
            strangers.removeAll { stranger in
                guard Sockets.isClosed(stranger) else { return false }
                close(stranger)
                return true
            }
            if second < 3 { #expect(strangers.count == 40) }
            if strangers.isEmpty { break }
        }
        #expect(strangers.isEmpty && ContinuousClock.now - start < .seconds(8))
        #expect(try cluster.isWell(2))
    }

    @Test("S14: ten thousand connections to a host that may have 256 files end nothing")
    func crowd() throws {
        let cluster = try TestCluster(1, ["JOBLIB_TEST_BEFORE": "ulimit -n 256"])
        let port = self.port(cluster.addresses[0])
        #expect(try cluster.isWell(2))
        var open: [Int32] = []
        for number in 0..<10_000 {
            open.append(Sockets.connect(toPort: port))
            if open.count == 400 {
                if number % 2000 == 399 { #expect(try cluster.isWell(2)) }
                for descriptor in open { close(descriptor) }
                open = []
            }
        }
        for descriptor in open { close(descriptor) }
        #expect(try cluster.isWell(2))
        #expect(cluster.hosts[0].text.ranges(of: ": works for").count == 1)
    }

    @Test("S15: whoever has the certificate and then says nothing is shut out in time", arguments: [true, false])
    func silence(_ isSecure: Bool) throws {
        let token = ClusterToken.generate()
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var guest = GuestHandling(
            greeting: .ofThisProcess(role: .coordinator, slots: 0),
            security: try ClusterTLS(token, .coordinator),
            loop: loop,
            makeGuest: { _, _, _ in fatalError("it has said nothing") }
        )
        guest.greetingTime = .milliseconds(200)
        let listener = try Listener.listen(at: HostAddress(host: "127.0.0.1", port: 0), guest)
        defer { listener.close(promise: nil) }
        let silent = try ClusterTLS(token, .host)
        let start = ContinuousClock.now
        let client = try ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isSecure { try channel.pipeline.syncOperations.addHandler(silent.clientHandler()) }
                }
            }
            .connect(host: "127.0.0.1", port: listener.localAddress?.port ?? 0).wait()
        try client.closeFuture.wait()
        let time = ContinuousClock.now - start
        #expect(time >= .milliseconds(190) && time < .seconds(3))
    }

    @Test(
        "S9: nothing is said in the open beyond this machine",
        arguments: [["JOBLIB_PLAINTEXT_ON_LOOPBACK": "1"], [:]]
    )
    func openNetworks(_ variables: [String: String]) throws {
        for variable in ["JOBLIB_WORKER_LISTEN", "JOBLIB_WORKER_DIAL"] {
            let host = try HostRun(variables.merging([variable: "0.0.0.0:7077"]) { $1 })
            #expect(try host.waitUntilEnded() == 78)
            #expect(host.text.contains("token"), "\(host.text)")
        }
        for parameter in [BackendParameter.workers(["10.0.0.5:7077"]), .listen("0.0.0.0:7077")] {
            let error = try self.failure {
                let more: [BackendParameter] = variables.isEmpty ? [] : [.plaintextOnLoopback(true)]
                _ = try Parallel(backend: .tcp, backendParams: [parameter] + more)([Delayed(Root(of: 1))])
            }
            #expect(error.code == .insecureTransport, "\(error)")
        }
    }

    @Test("S10: the token is in no command line, no environment, and nothing that is written")
    func visibleToken() throws {
        let cluster = try TestCluster(1)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try cluster.parallel(2)((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(2)
        let secret = cluster.token.secretText
        for pid in [try cluster.hosts[0].pid] + rendezvous.begun.map(\.pid) {
            for file in ["cmdline", "environ"] {
                let data = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(file)"))
                #expect(!String(decoding: data, as: UTF8.self).contains(secret), "\(file) of \(pid)")
            }
        }
        #expect(!cluster.hosts[0].text.contains(secret))
        rendezvous.open()
        _ = try call.value()
    }
}

#endif
