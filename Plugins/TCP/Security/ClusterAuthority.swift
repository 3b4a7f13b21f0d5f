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
        try self.init(
            key,
            name: "swift-joblib cluster \(token.fingerprint)",
            serial: token.derive(16, for: "authority serial"),
            days: nil
        )
    }

    private init(_ key: Certificate.PrivateKey, name: String, serial: [UInt8], days: Int?) throws {
        let subject = try DistinguishedName { CommonName(name) }
        self.privateKey = key
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: Self.positive(serial)),
            publicKey: key.publicKey,
            notValidBefore: days == nil ? Validity.beginning() : Validity.day(-1),
            notValidAfter: days.map { try Validity.day($0) } ?? Validity.end(),
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

    /// Takes one that is kept in files.
    init(_ certificate: Certificate, _ privateKey: Certificate.PrivateKey) {
        self.certificate = certificate
        self.privateKey = privateKey
    }

    /// Makes one of its own, for files.
    ///
    /// - Parameters:
    ///   - key: Its key.
    ///   - days: For how long it is valid.
    /// - Throws: As the other initialiser.
    init(_ key: P256.Signing.PrivateKey, days: Int) throws {
        let name = Base32.text(Array(SHA256.hash(data: key.publicKey.x963Representation)).prefix(5))
        try self.init(
            Certificate.PrivateKey(key),
            name: "swift-joblib authority \(name.prefix(4))-\(name.suffix(4))",
            serial: Self.randomBytes(16),
            days: days
        )
    }

    /// Issues a certificate with a key of its own, which is forgotten with the process or kept in a file.
    ///
    /// - Parameters:
    ///   - role: Of the holder.
    ///   - days: For how long it is valid; `nil`: for as long as those that are in no file.
    ///   - name: Of the holder, for people; `nil`: its role.
    /// - Returns: The certificate and its key.
    /// - Throws: As the initialiser.
    func issue(
        for role: Greeting.Role,
        days: Int? = nil,
        name: String? = nil
    ) throws -> (certificate: Certificate, privateKey: P256.Signing.PrivateKey) {
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: Self.positive(Self.randomBytes(16))),
            publicKey: publicKey,
            // A day of grace for clocks that are late.
            notValidBefore: days == nil ? Validity.beginning() : Validity.day(min(days ?? 0, 0) - 1),
            notValidAfter: days.map { try Validity.day($0) } ?? Validity.end(),
            issuer: self.certificate.subject,
            subject: try DistinguishedName { CommonName(name ?? "swift-joblib \(role.rawValue)") },
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
