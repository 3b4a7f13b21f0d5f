// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibCluster
import NIOCore
import NIOPosix
import Testing

@testable import JoblibTCP

/// What is said where hosts are not reached or not wanted: the value that is wrong, and what to do about it.
@Suite("Errors say what to do", .timeLimit(.minutes(2)), .serialized)
struct ErrorTextsTests {
    private let token = ClusterToken.generate()

    init() { registerTCPBackend() }

    private func failure(_ parameters: BackendParameter...) throws -> ParallelError {
        try #require(throws: ParallelError.self) {
            let more: [BackendParameter] = [.token(self.token), .waitForWorkers(within: .seconds(1))]
            _ = try Parallel(backend: .tcp, backendParams: parameters + more)([Delayed(Root(of: 1))])
        }
    }

    @Test("Where an address cannot be listened at")
    func listening() throws {
        let taken = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(taken) }
        #expect(Sockets.bind(taken) && listen(taken, 1) == 0)
        let cases = [
            (
                "127.0.0.1:\(Sockets.port(of: taken))",
                "another program listens there already; end it, or choose another port"
            ),
            ("192.0.2.1:7077", "this machine has no such address; name one that it has, or 0.0.0.0 for all of them"),
            ("no-such-host.invalid:7077", "the name cannot be resolved; correct it"),
        ]
        for (address, remedy) in cases {
            let error = try self.failure(.listen(address))
            #expect(error.code == .startupFailed, "\(error)")
            #expect(error.detail.contains(address) && error.detail.contains(remedy), "\(error)")
            let host = try HostRun(["JOBLIB_WORKER_LISTEN": address, "JOBLIB_TOKEN": self.token.secretText])
            #expect(try host.waitUntilEnded() == 78)
            #expect(host.text.contains(address) && host.text.contains(remedy), "\(host.text)")
        }
        // Who is root may listen anywhere.
        let forbidden = NetworkFault.ofListening(IOError(errnoCode: EACCES, reason: "bind"))
        #expect(forbidden == "this user may not listen there; choose a port from 1024 on")
    }

    @Test("Where nobody is reached")
    func dialling() throws {
        let closed = "127.0.0.1:\(Sockets.closedPort())"
        let cases = [
            (closed, "nobody listens there (connection refused); start the program there with JOBLIB_WORKER_LISTEN"),
            (
                "no-such-host.invalid:7077",
                "the name cannot be resolved; correct it, or write the number of the machine"
            ),
        ]
        for (address, remedy) in cases {
            let error = try self.failure(.workers([address]))
            #expect(error.code == .noWorkers, "\(error)")
            #expect(error.detail.contains("\(address): \(remedy)"), "\(error)")
        }
        let host = try HostRun.dialling(closed, self.token)
        try host.wait(for: "nobody listens there (connection refused); it is dialled again until a call listens there")
        let others: [(Int32, String)] = [
            (ETIMEDOUT, "no answer within 5 s; is the machine up"), (EHOSTUNREACH, "no way leads there"),
            (ENETUNREACH, "check the address, and the network"), (ECONNRESET, "the connection was reset"),
        ]
        for (number, remedy) in others {
            let text = NetworkFault.ofDialling(IOError(errnoCode: number, reason: "connect"), by: .coordinator)
            #expect(text.contains(remedy), "\(text)")
        }
        #expect(
            NetworkFault.ofDialling(ChannelError.connectTimeout(.seconds(5)), by: .host)
                .contains("no answer within 5 s")
        )
    }

    @Test("Where the connection is no more")
    func connections() {
        let reset = NetworkFault.ofConnection(IOError(errnoCode: ECONNRESET, reason: "read"))
        #expect(reset.contains("was reset") && reset.contains("look at what the other end prints"))
    }

    @Test("Where the file with the token is not as it should be")
    func tokenFiles() throws {
        let folder = Rendezvous()
        let path = "\(folder.path)/token"
        func text() throws -> String {
            try #require(throws: ParallelError.self) { try ClusterToken(fromFile: path) }.detail
        }
        #expect(
            try text()
                .contains("'\(path)' is not there; correct its name, or make one: umask 077; joblib-worker token new")
        )
        close(creat(path, 0o600))
        #expect(try text().contains("is empty; make one: umask 077; joblib-worker token new >'\(path)'"))
        try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        #expect(try text().contains("more in it than a token; name one that holds a token alone"))
        unlink(path)
        mkdir(path, 0o700)
        #expect(try text().contains("is no regular file; name one that holds a token"))
    }

    @Test("Where a certificate is not one of a program of the cluster")
    func certificates() throws {
        let authority = try ClusterAuthority(self.token)
        let wrongRole = try #require(throws: ParallelError.self) {
            try PeerCertificate(authority.issue(for: .host).certificate)
                .role(among: [.coordinator], of: authority.certificate)
        }
        #expect(wrongRole.detail.contains("another host") && wrongRole.detail.contains("correct the address"))
        let other = try ClusterAuthority(.generate())
        let foreign = try #require(throws: ParallelError.self) {
            try PeerCertificate(other.issue(for: .host).certificate).role(among: [.host], of: authority.certificate)
        }
        #expect(foreign.detail.contains("give all programs a new token"), "\(foreign)")
    }

    @Test("Where a host is left out")
    func exclusion() {
        let text = Coordinator(settings: CoordinatorSettings()).exclusionText(of: "node7:4711")
        #expect(
            text.contains("node7:4711") && text.contains("not wanted for up to 600 s")
                && text.contains("start it again")
        )
    }
}

#endif
