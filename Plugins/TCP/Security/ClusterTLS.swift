// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import JoblibCluster
import JoblibCore
import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// TLS for the connections of a process of a cluster: version 1.3, both ends with certificates of the cluster's authority, nothing else.
///
/// Two things are left to whoever uses a handler. The handshake has no deadline. And a client takes the handshake for completed before
/// the server has seen its certificate, so ``check(_:)`` and an answer of the server's have to come before a client believes anything.
struct ClusterTLS: Sendable {
    /// What this process is.
    let role: Greeting.Role

    /// What tells the token that it has, or the authority that it trusts, from others.
    let fingerprint: String

    /// What it is called, for people: a token, or an authority.
    let secretName: String

    private let authority: Certificate
    private let revoked: RevokedCertificates?
    private let server: NIOSSLContext
    private let client: NIOSSLContext

    /// Makes the authority, a certificate for this process, and both configurations.
    ///
    /// - Throws: What the libraries throw when they cannot encode a certificate or make a context.
    init(_ token: ClusterToken, _ role: Greeting.Role) throws {
        let authority = try ClusterAuthority(token)
        try self.init(
            authority.certificate,
            try authority.issue(for: role),
            role,
            secretName: "token",
            fingerprint: token.fingerprint
        )
    }

    /// Takes certificates that are kept in files.
    ///
    /// - Throws: ``ParallelError`` for a certificate of another role, or of another authority; else as the other initialiser.
    init(_ certificates: ClusterCertificates, _ role: Greeting.Role) throws {
        do throws(ParallelError) {
            _ = try PeerCertificate(certificates.certificate).role(among: [role], of: certificates.authority)
        } catch {
            throw ParallelError.invalidToken(
                "this process is a \(role.rawValue), and its own certificate does not fit: \(error.detail); "
                    + "have one issued by joblib-worker ca issue --role \(role == .host ? "worker" : role.rawValue)"
            )
        }
        try self.init(
            certificates.authority,
            (certificates.certificate, certificates.privateKey),
            role,
            secretName: "authority",
            fingerprint: certificates.fingerprint,
            revoked: certificates.revoked
        )
    }

    private init(
        _ authority: Certificate,
        _ identity: (certificate: Certificate, privateKey: P256.Signing.PrivateKey),
        _ role: Greeting.Role,
        secretName: String,
        fingerprint: String,
        revoked: RevokedCertificates? = nil
    ) throws {
        self.role = role
        self.fingerprint = fingerprint
        self.secretName = secretName
        self.authority = authority
        self.revoked = revoked
        let chain = [NIOSSLCertificateSource.certificate(try Self.certificate(identity.certificate))]
        let key = NIOSSLPrivateKeySource.privateKey(
            try NIOSSLPrivateKey(bytes: Array(identity.privateKey.derRepresentation), format: .der)
        )
        let roots = NIOSSLTrustRoots.certificates([try Self.certificate(authority)])

        let server = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: chain,
            privateKey: key,
            trustRoots: roots
        )
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = chain
        client.privateKey = key
        client.trustRoots = roots
        // Hosts are where their users say, and anywhere tomorrow. Who somebody is follows from the authority and the role.
        client.certificateVerification = .noHostnameVerification
        self.server = try NIOSSLContext(configuration: Self.restricted(server))
        self.client = try NIOSSLContext(configuration: Self.restricted(client))
    }

    /// Makes the first handler of a connection that was accepted.
    func serverHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: self.server) }

    /// Makes the first handler of a connection that was dialled.
    ///
    /// - Throws: What the library throws when there is no memory for a connection.
    func clientHandler() throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: self.client, serverHostname: nil)
    }

    /// Checks who is at the other end, when the handshake is completed and before anything is said.
    ///
    /// - Parameter handler: The connection's, on its event loop.
    /// - Returns: What it has proved to be.
    /// - Throws: ``ParallelError`` with the code `.handshakeRejected`.
    @discardableResult
    func check(_ handler: NIOSSLHandler) throws(ParallelError) -> ProvenPeer {
        guard handler.tlsVersion == .tlsv13 else {
            throw .handshakeRejected("the connection is not of TLS 1.3; is the address that of something else?")
        }
        guard let peer = handler.peerCertificate, let bytes = try? peer.toDERBytes() else {
            throw .handshakeRejected(
                "whoever is at the other end has shown no certificate; is the address that of something else?"
            )
        }
        return try self.check(certificate: bytes)
    }

    /// Checks a certificate that the handshake has accepted.
    ///
    /// - Parameter bytes: The certificate, DER.
    /// - Returns: What its holder is, if it has the key.
    /// - Throws: ``ParallelError`` with the code `.handshakeRejected`.
    @discardableResult
    func check(certificate bytes: [UInt8]) throws(ParallelError) -> ProvenPeer {
        guard let certificate = try? Certificate(derEncoded: bytes) else {
            throw .handshakeRejected(
                "the certificate at the other end cannot be read; is the address that of something else?"
            )
        }
        let role = try PeerCertificate(certificate).role(among: self.role.peers, of: self.authority)
        guard try self.revoked?.contains(certificate) != true else {
            throw .handshakeRejected(
                "the certificate at the other end was revoked (\(RevokedCertificates.text(of: certificate))); have another one issued"
            )
        }
        return ProvenPeer(
            role: role,
            key: Array(SHA256.hash(data: certificate.publicKey.subjectPublicKeyInfoBytes))
        )
    }

    private static func restricted(_ configuration: TLSConfiguration) -> TLSConfiguration {
        var configuration = configuration
        // The library's minimum is 1.0. Earlier versions have renegotiation, plain certificates, and worse.
        configuration.minimumTLSVersion = .tlsv13
        configuration.maximumTLSVersion = .tlsv13
        configuration.renegotiationSupport = .none
        // Whoever is there answers in the time that a message takes; who is not need not be waited for.
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }

    private static func certificate(_ certificate: Certificate) throws -> NIOSSLCertificate {
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        return try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
    }
}

#endif
