// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibCluster
import TestProcesses
import Testing

@testable import JoblibTCP

/// Clusters whose members have certificates in files, one role each.
@Suite("Certificates in files", .timeLimit(.minutes(2)), .serialized)
final class CertificatesTests {
    private let folder: String
    private let authority: CertificateAuthorityFolder

    init() throws {
        registerTCPBackend()
        self.folder = FileManager.default.temporaryDirectory.appending(path: "joblib-ca-\(UUID().uuidString)").path
        mkdir(self.folder, 0o700)
        self.authority = try CertificateAuthorityFolder.make(in: "\(self.folder)/ca", days: 10)
        for role in CertificateAuthorityFolder.Role.allCases {
            try self.authority.issue(role, to: "\(self.folder)/\(role.rawValue)", days: 1)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: self.folder) }

    private func certificates(_ name: String, of authority: CertificateAuthorityFolder? = nil) throws
        -> ClusterCertificates
    {
        try ClusterCertificates(
            authority: (authority ?? self.authority).certificateFile,
            certificate: "\(self.folder)/\(name).pem",
            key: "\(self.folder)/\(name)-key.pem",
            revoked: self.authority.revokedFile
        )
    }

    private func tls(_ name: String, _ role: Greeting.Role) throws -> ClusterTLS {
        try ClusterTLS(self.certificates(name), role)
    }

    private func converse(_ server: ClusterTLS, _ client: ClusterTLS) async throws -> (
        server: TLSOutcome, client: TLSOutcome
    ) {
        let outcome = try await TLSConversation.run(
            server: .honest(server, isServer: true),
            client: .honest(client, isServer: false)
        )
        return (outcome.server, outcome.client)
    }

    @Test("A worker and a coordinator of one authority work together, whichever listens, and an observer may look")
    func roles() async throws {
        let (worker, coordinator) = (try self.tls("worker", .host), try self.tls("coordinator", .coordinator))
        let observer = try self.tls("observer", .observer)
        for (server, client) in [
            (worker, coordinator), (coordinator, worker), (worker, observer), (coordinator, observer),
        ] {
            let outcome = try await self.converse(server, client)
            #expect(outcome.server.isSatisfied && outcome.client.isSatisfied)
        }
    }

    @Test("A certificate passes for its own role alone, at the process that has it and at the other end")
    func otherRoles() async throws {
        for (name, own) in [("worker", Greeting.Role.host), ("coordinator", .coordinator), ("observer", .observer)] {
            for role in [Greeting.Role.host, .coordinator, .observer] where role != own {
                let error = try #require(throws: ParallelError.self) { try self.tls(name, role) }
                #expect(
                    error.code == .invalidToken && error.detail.contains("joblib-worker ca issue --role"),
                    "\(error)"
                )
            }
        }
        // One that ignores what its own certificate says is found out at the other end.
        let worker = try self.tls("worker", .host)
        let outcome = try await self.converse(self.tls("worker", .host), worker)
        #expect(!outcome.server.isSatisfied && !outcome.client.isSatisfied)
    }

    @Test(
        "One that was revoked is refused by whoever has the list, from the next connection on",
        arguments: [true, false]
    )
    func revocation(isServer: Bool) async throws {
        let (worker, coordinator) = (try self.tls("worker", .host), try self.tls("coordinator", .coordinator))
        let before = try await self.converse(worker, coordinator)
        #expect(before.server.isSatisfied)
        try self.authority.revoke("\(self.folder)/worker.pem")
        // A second time changes nothing.
        try self.authority.revoke("\(self.folder)/worker.pem")
        #expect(
            try String(contentsOfFile: self.authority.revokedFile, encoding: .utf8).split(separator: "\n").count == 1
        )
        let outcome =
            isServer ? try await self.converse(worker, coordinator) : try await self.converse(coordinator, worker)
        let judge = isServer ? outcome.client : outcome.server
        #expect(!judge.isSatisfied && judge.errors.contains { "\($0)".contains("was revoked") }, "\(judge.errors)")
        let error = try #require(throws: ParallelError.self) { try self.certificates("worker") }
        #expect(error.detail.contains("was revoked"), "\(error)")
        // Another one of the same role is let in.
        try self.authority.issue(.worker, to: "\(self.folder)/next", days: 1)
        let next = try await self.converse(self.tls("next", .host), coordinator)
        #expect(next.server.isSatisfied && next.client.isSatisfied)
    }

    @Test("Without the list nobody is let in")
    func missingList() async throws {
        let (worker, coordinator) = (try self.tls("worker", .host), try self.tls("coordinator", .coordinator))
        unlink(self.authority.revokedFile)
        let outcome = try await self.converse(worker, coordinator)
        #expect(!outcome.server.isSatisfied && !outcome.client.isSatisfied)
    }

    @Test("One that has expired is refused")
    func expiry() async throws {
        try self.authority.issue(.worker, to: "\(self.folder)/old", days: -1)
        let outcome = try await self.converse(self.tls("old", .host), self.tls("coordinator", .coordinator))
        #expect(!outcome.client.isSatisfied)
    }

    @Test("One of another authority is refused, also of one that has a token")
    func otherAuthority() async throws {
        let other = try CertificateAuthorityFolder.make(in: "\(self.folder)/other", days: 10)
        #expect(other.fingerprint != self.authority.fingerprint)
        try other.issue(.worker, to: "\(self.folder)/stranger", days: 1)
        let stranger = try ClusterTLS(self.certificates("stranger", of: other), .host)
        let coordinator = try self.tls("coordinator", .coordinator)
        for outcome in [
            try await self.converse(stranger, coordinator),
            try await self.converse(ClusterTLS(.generate(), .host), coordinator),
        ] {
            #expect(!outcome.client.isSatisfied)
            let error = try #require(outcome.client.errors.first)
            #expect(coordinator.fault(error, with: "x")?.detail.contains("the authority does not match") == true)
        }
        #expect(throws: ParallelError.self) { try self.authority.revoke("\(self.folder)/stranger.pem") }
        #expect(throws: ParallelError.self) { try ClusterTLS(self.certificates("stranger"), .host) }
    }

    @Test("Files that cannot be used are named, with what to do")
    func files() throws {
        chmod("\(self.folder)/worker-key.pem", 0o644)
        let open = try #require(throws: ParallelError.self) { try self.certificates("worker") }
        #expect(open.detail.contains("chmod 600"), "\(open)")
        try FileManager.default.removeItem(atPath: "\(self.folder)/worker-key.pem")
        try FileManager.default.copyItem(
            atPath: "\(self.folder)/observer-key.pem",
            toPath: "\(self.folder)/worker-key.pem"
        )
        let other = try #require(throws: ParallelError.self) { try self.certificates("worker") }
        #expect(other.detail.contains("is not that of the certificate"), "\(other)")
        let missing = try #require(throws: ParallelError.self) { try self.certificates("nobody") }
        #expect(missing.detail.contains("nobody.pem"), "\(missing)")
        // Nothing is overwritten.
        #expect(throws: ParallelError.self) {
            try self.authority.issue(.observer, to: "\(self.folder)/observer", days: 1)
        }
        #expect(throws: ParallelError.self) { try CertificateAuthorityFolder.make(in: "\(self.folder)/ca", days: 1) }
        chmod("\(self.folder)/ca/ca-key.pem", 0o640)
        #expect(throws: ParallelError.self) { try CertificateAuthorityFolder("\(self.folder)/ca") }
    }

    private func root(_ parameters: [BackendParameter]) throws -> [Double] {
        try Parallel(backend: .tcp, backendParams: parameters)([Delayed(Root(of: 9))])
    }

    @Test("joblib-worker makes an authority, issues, and revokes; its host works, and is then let in no more")
    func program() async throws {
        let program = BuildProducts.program("joblib-worker")
        let (ca, host, desk) = ("\(self.folder)/new", "\(self.folder)/node7", "\(self.folder)/desk")
        for arguments in [
            ["init", ca], ["issue", "--role", "worker", "--ca", ca, host],
            ["issue", "--role", "coordinator", "--ca", ca, desk],
        ] {
            let run = try await ProgramRun.run(program, ["ca"] + arguments)
            #expect(run.status == 0, "\(run.output)")
        }
        let worker = try HostRun(
            [
                "JOBLIB_CA_FILE": "\(ca)/ca.pem", "JOBLIB_CERTIFICATE_FILE": "\(host).pem",
                "JOBLIB_KEY_FILE": "\(host)-key.pem", "JOBLIB_REVOKED_FILE": "\(ca)/revoked",
            ],
            program: program,
            arguments: [
                "listen", "127.0.0.1:0", "--slots", "1", "--",
                URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path,
            ]
        )
        let certificates = try ClusterCertificates(
            authority: "\(ca)/ca.pem",
            certificate: "\(desk).pem",
            key: "\(desk)-key.pem",
            revoked: "\(ca)/revoked"
        )
        let parameters: [BackendParameter] = [
            .workers([try worker.address]), .certificates(certificates), .waitForWorkers(within: .seconds(5)),
        ]
        #expect(try self.root(parameters) == [3], "\(worker.text)")
        #expect(worker.text.contains("authority \(certificates.fingerprint)"))
        let run = try await ProgramRun.run(program, ["ca", "revoke", "--ca", ca, "\(host).pem"])
        #expect(run.status == 0, "\(run.output)")
        // Another connection, since it differs in how often it says that it is there.
        let error = try #require(throws: ParallelError.self) {
            let more: [BackendParameter] = [.heartbeatInterval(.milliseconds(700))]
            _ = try self.root(parameters + more)
        }
        #expect(error.detail.contains("was revoked"), "\(error)")
        for arguments in [["issue", "--role", "king", "--ca", ca, "x"], ["init", ca, "--days", "0"]] {
            let run = try await ProgramRun.run(program, ["ca"] + arguments)
            #expect(run.status == 64, "\(run.output)")
        }
        let again = try await ProgramRun.run(program, ["ca", "init", ca])
        #expect(again.status == 78, "\(again.output)")
    }
}

#endif
