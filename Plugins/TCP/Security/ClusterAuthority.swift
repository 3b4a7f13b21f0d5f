// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import JoblibCluster
import X509

/// The certificate authority of a cluster, which everyone who has the token makes for themselves, in memory.
///
/// Its key follows from the token, so that each side can issue its own certificate and verify the other's without a file. Each side's
/// copy of the authority's own certificate has another signature, which is random; subject, key and identifiers are the same, and these
/// are what verification goes by.
struct ClusterAuthority {
    /// What it says of itself.
    let certificate: Certificate

    let privateKey: Certificate.PrivateKey

    /// Derives the authority.
    ///
    /// - Throws: What the libraries throw when they cannot encode a certificate, which does not depend on the token.
    init(_ token: ClusterToken) throws {
        let key = Certificate.PrivateKey(Self.key(token))
        let subject = try DistinguishedName { CommonName("swift-joblib cluster \(token.fingerprint)") }
        self.privateKey = key
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: Self.positive(token.derive(16, for: "authority serial"))),
            publicKey: key.publicKey,
            notValidBefore: Validity.beginning(),
            notValidAfter: Validity.end(),
            issuer: subject,
            subject: subject,
            extensions: Certificate.Extensions {
                // No authority below this one: a leaf, whoever has it, can issue nothing.
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key
        )
    }

    /// Issues a certificate with a key of its own, which is forgotten with the process.
    ///
    /// - Parameter role: Of the holder.
    /// - Returns: The certificate and its key.
    /// - Throws: As the initialiser.
    func issue(for role: Greeting.Role) throws -> (certificate: Certificate, privateKey: P256.Signing.PrivateKey) {
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: Self.positive(Self.randomBytes(16))),
            publicKey: publicKey,
            notValidBefore: Validity.beginning(),
            notValidAfter: Validity.end(),
            issuer: self.certificate.subject,
            subject: try DistinguishedName { CommonName("swift-joblib \(role.rawValue)") },
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                // Either role listens or dials, as its user likes.
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames([.uniformResourceIdentifier(role.uri)])
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: self.certificate.publicKey).keyIdentifier
                )
            },
            issuerPrivateKey: self.privateKey
        )
        return (certificate, key)
    }

    /// The first candidate that is a private key of the curve; all but one in 2³² are.
    private static func key(_ token: ClusterToken) -> P256.Signing.PrivateKey {
        for attempt in 0... {
            let candidate = token.derive(32, for: "authority key \(attempt)")
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: candidate) { return key }
        }
        fatalError("unreachable: the candidates do not end")
    }

    /// The bytes as a positive integer of as many bytes: serial numbers are neither negative nor zero, RFC 5280, section 4.1.2.2.
    private static func positive(_ bytes: [UInt8]) -> [UInt8] { [bytes[0] & 0x7f | 0x40] + bytes.dropFirst() }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

extension Greeting.Role {
    /// What a certificate calls the holder.
    var uri: String { "joblib://cluster/\(self.rawValue)" }

    /// What is at the other end, of the two that work together.
    var counterpart: Greeting.Role { self == .host ? .coordinator : .host }

    /// What may be at the other end.
    ///
    /// A tool has a host's certificate.
    var peers: [Greeting.Role] { self == .observer ? [.coordinator, .host] : [self.counterpart, .observer] }
}

#endif
