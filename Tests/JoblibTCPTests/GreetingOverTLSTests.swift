// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import Testing

@testable import JoblibTCP

/// What two processes find out about each other over a real connection.
@Suite(.timeLimit(.minutes(1)))
struct GreetingOverTLSTests {
    private let token = ClusterToken.generate()

    private func greeting(_ role: Greeting.Role) -> Greeting {
        Greeting(
            identity: .ofThisProgram,
            role: role,
            processID: (0..<16).map { _ in .random(in: 0...255) },
            name: "\(role.rawValue)7:4711",
            slots: role == .host ? 4 : 0
        )
    }

    private func run(_ server: Greeting, _ client: Greeting) async throws -> (server: TLSOutcome, client: TLSOutcome) {
        try await TLSConversation.run(
            server: .honest(ClusterTLS(self.token, server.role), isServer: true, server),
            client: .honest(ClusterTLS(self.token, client.role), isServer: false, client)
        )
    }

    @Test("With the right token both learn the other's greeting", arguments: [Greeting.Role.host, .coordinator])
    func acceptance(listener: Greeting.Role) async throws {
        let (server, client) = (self.greeting(listener), self.greeting(listener == .host ? .coordinator : .host))
        let outcome = try await self.run(server, client)
        #expect(outcome.server.greeting == .accepted(client))
        #expect(outcome.client.greeting == .accepted(server))
        #expect(outcome.server.errors.isEmpty && outcome.client.errors.isEmpty)
    }

    @Test("S19: another build, processor or version is refused, and both ends read both identities")
    func otherBuild() async throws {
        let client = self.greeting(.coordinator)
        let changes: [@Sendable (inout ProgramIdentity) -> Void] = [
            { $0.build = "0000" }, { $0.architecture = "vax, little-endian, 32 bits" }, { $0.version += 1 },
            { $0.version -= 1 },
        ]
        for change in changes {
            var server = self.greeting(.host)
            change(&server.identity)
            let outcome = try await self.run(server, client)
            for action in [outcome.server.greeting, outcome.client.greeting] {
                guard case .refused(let refusal) = action else {
                    Issue.record("not refused: \(String(describing: action))")
                    continue
                }
                #expect(refusal.code == .build)
                for identity in [server.identity, client.identity] {
                    #expect(
                        refusal.detail.contains(
                            "build \(identity.build), \(identity.architecture), version \(identity.version)"
                        )
                    )
                }
            }
        }
    }
}

#endif
