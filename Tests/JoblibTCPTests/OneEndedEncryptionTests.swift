// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Joblib
import JoblibTCP
import Testing

/// Encryption at one end alone, where the host dials; S1 of docs/security.md.
@Suite("Hosts that dial, encrypted at one end alone", .timeLimit(.minutes(1)), .serialized)
struct OneEndedEncryptionTests {
    init() { registerTCPBackend() }

    private func failure(at address: String, _ parameter: BackendParameter, within seconds: Int) throws -> ParallelError
    {
        try #require(throws: ParallelError.self) {
            let wait = BackendParameter.waitForWorkers(within: .seconds(seconds))
            _ = try Parallel(backend: .tcp, backendParams: [.listen(address), parameter, wait])([Delayed(Root(of: 1))])
        }
    }

    @Test("S1: a host that encrypts nothing is left by a coordinator that does, and says that it was told nothing")
    func plaintextHost() throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let host = try HostRun.dialling(address, slots: 1, nil)
        let error = try self.failure(at: address, .token(.generate()), within: 8)
        #expect(error.code == .noWorkers, "\(error)")
        try host.wait(for: "\(address): it has ")
        #expect(!host.text.contains("works for"))
    }

    @Test("S1: a host that encrypts is told nothing by a coordinator that does not, and says what that speaks")
    func plaintextCoordinator() throws {
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let token = ClusterToken.generate()
        let host = try HostRun.dialling(address, slots: 1, token)
        let error = try self.failure(at: address, .plaintextOnLoopback(true), within: 3)
        #expect(error.code == .noWorkers, "\(error)")
        try host.wait(for: "does not speak as a program of a cluster (TLS 1.3)")
        #expect(!host.text.contains("works for") && !host.text.contains(token.secretText), "\(host.text)")
    }
}

#endif
