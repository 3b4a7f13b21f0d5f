// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibCluster
import JoblibCore
import NIOSSL
import Testing
import X509

@testable import JoblibTCP

/// Who may connect; every case over real connections.
@Suite(.timeLimit(.minutes(1)))
struct ClusterTLSTests {
    private let token = ClusterToken.generate()

    @Test(
        "Both ends with the token are satisfied, whichever of them listens",
        arguments: [Greeting.Role.host, .coordinator]
    )
    func rightToken(listener: Greeting.Role) async throws {
        let server = try ClusterTLS(self.token, listener)
        let client = try ClusterTLS(self.token, listener.counterpart)
        let outcome = try await TLSConversation.run(
            server: .honest(server, isServer: true),
            client: .honest(client, isServer: false)
        )
        #expect(outcome.server.isSatisfied && outcome.server.hasBeenThanked)
        #expect(outcome.client.isSatisfied && outcome.client.hasBeenWelcomed)
        #expect(outcome.server.errors.isEmpty && outcome.client.errors.isEmpty)
    }

    @Test("S2: with different tokens both ends are told so, with their own fingerprint and no token")
    func wrongToken() async throws {
        let other = ClusterToken.generate()
        let server = try ClusterTLS(self.token, .coordinator)
        let client = try ClusterTLS(other, .host)
        let outcome = try await TLSConversation.run(
            server: .honest(server, isServer: true),
            client: .honest(client, isServer: false)
        )
        #expect(!outcome.server.isConnected && !outcome.client.hasBeenWelcomed)
        for (tls, errors) in [(server, outcome.server.errors), (client, outcome.client.errors)] {
            let error = try #require(errors.first.flatMap { tls.fault($0, with: "10.0.0.5:7077") })
            #expect(error.code == .handshakeRejected)
            #expect(error.detail.hasPrefix("10.0.0.5:7077: the token does not match"))
            #expect(error.detail.contains(tls.fingerprint))
            for token in [self.token, other] { #expect(!error.detail.contains(token.secretText)) }
        }
    }

    @Test("S3: a client without a certificate, which checks nothing, is refused and never welcomed")
    func noClientCertificate() async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let tls = try ClusterTLS(self.token, .host)
        let outcome = try await TLSConversation.run(
            server: .honest(tls, isServer: true),
            client: .client(configuration)
        )
        #expect(!outcome.server.isConnected && !outcome.server.isSatisfied)
        // TLS 1.3: it believes that it is connected, which is why a server speaks first.
        #expect(outcome.client.isConnected && outcome.client.received.isEmpty)
        let error = try #require(outcome.server.errors.first)
        #expect(tls.fault(error, with: "x")?.detail.contains("token does not match") == true)
    }

    @Test("S3: a client of another cluster that checks nothing is refused and never welcomed")
    func strangeClient() async throws {
        let authority = try ClusterAuthority(ClusterToken.generate())
        let identity = try ForgedIdentity(issuer: authority.certificate, issuerKey: authority.privateKey)
        let outcome = try await self.run(identity, isServer: false)
        #expect(!outcome.honest.isConnected)
        #expect(outcome.forger.received.isEmpty)
        let error = try #require(outcome.forger.errors.first)
        let fault = try ClusterTLS(self.token, .host).fault(error, with: "x")
        #expect(fault?.detail.contains("token does not match") == true)
    }

    @Test("S4: a server with an authority of its own learns nothing")
    func strangeServer() async throws {
        // Of the same name: it is the key that counts.
        let name = try ClusterAuthority(self.token).certificate
        let identity = try ForgedIdentity(issuer: name, issuerKey: ForgedIdentity(authorityOf: .generate()).key)
        let outcome = try await self.run(identity, isServer: true)
        #expect(!outcome.honest.isConnected)
        #expect(outcome.forger.received.isEmpty)
    }

    /// What is wrong with a certificate although the key of the authority, or that of one of its leaves, has signed it.
    enum Forgery: String, CaseIterable, Sendable {
        case none
        case signedByLeaf, signedByLeafWithAuthoritysName, signedBySecondAuthority
        case expired, notYetValid
        case noName, otherName, otherScheme, twoNames, ownRole, dnsName
        case authorityItself, secondAuthority
        case noUsage, onlyServer, onlyClient, otherUsage, anyUsage
        case otherKeyUsage
    }

    @Test("S5: a forged certificate is refused, a client's and a server's", arguments: Forgery.allCases, [false, true])
    func forgery(_ forgery: Forgery, isServer: Bool) async throws {
        let outcome = try await self.run(self.identity(forgery), isServer: isServer)
        if forgery == .none {
            #expect(outcome.honest.isSatisfied)
        } else {
            #expect(!outcome.honest.isSatisfied)
            #expect(outcome.forger.received.isEmpty)
            #expect(!outcome.honest.errors.isEmpty)
        }
    }

    @Test("S5: the library's verification and ours each refuse what they are there for")
    func secondLook() throws {
        let tls = try ClusterTLS(self.token, .coordinator)
        let authority = try ForgedIdentity.native(ClusterAuthority(self.token).certificate).toDERBytes()
        #expect(throws: ParallelError.self) { try tls.check(certificate: authority) }
        #expect(throws: ParallelError.self) { try tls.check(certificate: Array(authority.dropLast())) }
        for forgery in Forgery.allCases {
            let certificate = try ForgedIdentity.native(self.identity(forgery).certificate).toDERBytes()
            if [.none, .expired, .notYetValid].contains(forgery) {
                // Dates are the library's business alone.
                try tls.check(certificate: certificate)
            } else {
                #expect(throws: ParallelError.self, "\(forgery)") { try tls.check(certificate: certificate) }
            }
        }
    }

    @Test("S6: a peer that speaks no newer TLS than 1.2 is refused", arguments: [false, true])
    func oldVersion(isServer: Bool) async throws {
        var configuration = try self.identity(.none).configuration(isServer: isServer)
        configuration.maximumTLSVersion = .tlsv12
        let outcome = try await self.run(configuration, isServer: isServer)
        #expect(!outcome.honest.isConnected && !outcome.forger.isConnected)
        let fault = try ClusterTLS(self.token, .host).fault(try #require(outcome.honest.errors.first), with: "x")
        #expect(fault?.detail.contains("does not speak as a program of a cluster (TLS 1.3)") == true)
    }

    @Test("S6: a peer with a pre-shared key, or with none, is refused", arguments: [false, true])
    func preSharedKey(isServer: Bool) async throws {
        var configuration = TLSConfiguration.makePreSharedKeyConfiguration()
        configuration.minimumTLSVersion = .tlsv1
        let key = Array("a key".utf8)
        if isServer {
            configuration.pskServerProvider = { _ in PSKServerIdentityResponse(key: NIOSSLSecureBytes(key)) }
        } else {
            configuration.pskClientProvider = { _ in
                PSKClientIdentityResponse(key: NIOSSLSecureBytes(key), identity: "joblib")
            }
        }
        let outcome = try await self.run(configuration, isServer: isServer)
        #expect(!outcome.honest.isConnected && !outcome.honest.isSatisfied)
        #expect(outcome.forger.received.isEmpty)
    }

    @Test("S1: a peer that speaks no TLS is refused, a client and a server", arguments: [false, true])
    func noTLS(isServer: Bool) async throws {
        let tls = try ClusterTLS(self.token, isServer ? .coordinator : .host)
        for bytes in [
            Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), [UInt8](repeating: 0, count: 64), [22, 3, 1, 255, 255],
        ] {
            let stranger = TLSEnd(handler: nil, script: [bytes, Array(repeating: 0xff, count: 20_000)])
            let outcome =
                isServer
                ? try await TLSConversation.run(server: stranger, client: .honest(tls, isServer: false))
                : try await TLSConversation.run(server: .honest(tls, isServer: true), client: stranger)
            let honest = isServer ? outcome.client : outcome.server
            #expect(!honest.isConnected)
            let error = try #require(honest.errors.first.flatMap { tls.fault($0, with: "10.0.0.5:7077") })
            #expect(error.detail.hasPrefix("10.0.0.5:7077 does not speak as a program of a cluster"))
        }
    }

    @Test("S7: a recorded connection, replayed byte for byte, is refused at either end", arguments: [false, true])
    func replay(isServer: Bool) async throws {
        let server = try ClusterTLS(self.token, .coordinator)
        let client = try ClusterTLS(self.token, .host)
        let recorded = try await TLSConversation.run(
            server: .honest(server, isServer: true),
            client: .honest(client, isServer: false)
        )
        #expect(recorded.server.hasBeenThanked)
        let replayed = TLSEnd(handler: nil, script: (isServer ? recorded.server : recorded.client).sentBytes)
        let outcome =
            isServer
            ? try await TLSConversation.run(server: replayed, client: .honest(client, isServer: false))
            : try await TLSConversation.run(server: .honest(server, isServer: true), client: replayed)
        let honest = isServer ? outcome.client : outcome.server
        #expect(!honest.isConnected && !honest.isSatisfied && honest.received.isEmpty)
        #expect(!honest.errors.isEmpty)
    }

    @Test("A connection that breaks says nothing of the other end")
    func brokenConnection() throws {
        let tls = try ClusterTLS(self.token, .host)
        #expect(tls.fault(NIOSSLError.uncleanShutdown, with: "x") == nil)
        #expect(tls.fault(CancellationError(), with: "x") == nil)
        #expect(tls.fault(ParallelError(.handshakeRejected, "why"), with: "x")?.detail == "x: why")
    }

    @Test("Two of the same role are told so", arguments: [Greeting.Role.host, .coordinator])
    func sameRole(_ role: Greeting.Role) async throws {
        let outcome = try await TLSConversation.run(
            server: .honest(ClusterTLS(self.token, role), isServer: true),
            client: .honest(ClusterTLS(self.token, role), isServer: false)
        )
        #expect(!outcome.server.isSatisfied && !outcome.client.isSatisfied)
        let texts = (outcome.server.errors + outcome.client.errors).map { "\($0)" }
        #expect(
            texts.contains {
                $0.contains("there is another \(role.rawValue), in place of a \(role.counterpart.rawValue)")
            }
        )
    }

    // MARK: - Helpers

    private func run(_ identity: ForgedIdentity, isServer: Bool) async throws -> (
        honest: TLSOutcome, forger: TLSOutcome
    ) {
        try await self.run(identity.configuration(isServer: isServer), isServer: isServer)
    }

    /// Has a coordinator meet a forger that says to be a host.
    private func run(
        _ configuration: TLSConfiguration,
        isServer: Bool
    ) async throws -> (honest: TLSOutcome, forger: TLSOutcome) {
        let tls = try ClusterTLS(self.token, .coordinator)
        if isServer {
            let outcome = try await TLSConversation.run(
                server: .server(configuration),
                client: .honest(tls, isServer: false)
            )
            return (outcome.client, outcome.server)
        }
        let outcome = try await TLSConversation.run(
            server: .honest(tls, isServer: true),
            client: .client(configuration)
        )
        return (outcome.server, outcome.client)
    }

    private func identity(_ forgery: Forgery) throws -> ForgedIdentity {
        let authority = try ClusterAuthority(self.token)
        func forged(
            names: [GeneralName] = [.uniformResourceIdentifier("joblib://cluster/host")],
            usages: [ExtendedKeyUsage.Usage]? = [.serverAuth, .clientAuth],
            keyUsage: KeyUsage = KeyUsage(digitalSignature: true),
            constraints: BasicConstraints = .notCertificateAuthority,
            validity: ClosedRange<Date> = Self.always
        ) throws -> ForgedIdentity {
            try ForgedIdentity(
                issuer: authority.certificate,
                issuerKey: authority.privateKey,
                names: names,
                usages: usages,
                keyUsage: keyUsage,
                constraints: constraints,
                validity: validity
            )
        }
        let host = GeneralName.uniformResourceIdentifier("joblib://cluster/host")
        let coordinator = GeneralName.uniformResourceIdentifier("joblib://cluster/coordinator")
        switch forgery {
        case .none: return try forged()
        case .signedByLeaf:
            let leaf = try forged()
            var identity = try ForgedIdentity(issuer: leaf.certificate, issuerKey: leaf.key)
            identity.intermediates = [leaf.certificate]
            return identity
        case .signedByLeafWithAuthoritysName:
            let leaf = try forged()
            return try ForgedIdentity(issuer: authority.certificate, issuerKey: leaf.key)
        case .signedBySecondAuthority:
            let second = try forged(
                keyUsage: KeyUsage(keyCertSign: true),
                constraints: .isCertificateAuthority(maxPathLength: nil)
            )
            var identity = try ForgedIdentity(issuer: second.certificate, issuerKey: second.key)
            identity.intermediates = [second.certificate]
            return identity
        case .expired: return try forged(validity: Date(timeIntervalSince1970: 0)...Date(timeIntervalSinceNow: -60))
        case .notYetValid:
            return try forged(validity: Date(timeIntervalSinceNow: 3600)...Date(timeIntervalSinceNow: 7200))
        case .noName: return try forged(names: [])
        case .otherName: return try forged(names: [.uniformResourceIdentifier("joblib://cluster/root")])
        case .otherScheme: return try forged(names: [.uniformResourceIdentifier("https://cluster/host")])
        case .twoNames: return try forged(names: [host, coordinator])
        case .ownRole: return try forged(names: [coordinator])
        case .dnsName: return try forged(names: [.dnsName("joblib://cluster/host")])
        case .authorityItself: return try ForgedIdentity(authorityOf: self.token)
        case .secondAuthority: return try forged(constraints: .isCertificateAuthority(maxPathLength: nil))
        case .noUsage: return try forged(usages: nil)
        case .onlyServer: return try forged(usages: [.serverAuth])
        case .onlyClient: return try forged(usages: [.clientAuth])
        case .otherUsage: return try forged(usages: [.codeSigning])
        case .anyUsage: return try forged(usages: [.any])
        case .otherKeyUsage: return try forged(keyUsage: KeyUsage(digitalSignature: true, keyCertSign: true))
        }
    }

    private static let always = Date(timeIntervalSince1970: 946_684_800)...Date(timeIntervalSince1970: 4_102_444_800)
}

#endif
