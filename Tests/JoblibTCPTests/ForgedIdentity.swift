// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import Foundation
import JoblibCluster
import NIOSSL
import SwiftASN1
import X509

@testable import JoblibTCP

/// A certificate as nobody should accept it, or as everybody should, with its key.
struct ForgedIdentity {
    var certificate: Certificate
    var key: Certificate.PrivateKey
    private var keyBytes: [UInt8]

    /// What is sent besides the certificate.
    var intermediates: [Certificate] = []

    /// Makes one; every argument's default is what the authority does itself.
    init(
        issuer: Certificate,
        issuerKey: Certificate.PrivateKey,
        names: [GeneralName] = [.uniformResourceIdentifier("joblib://cluster/host")],
        usages: [ExtendedKeyUsage.Usage]? = [.serverAuth, .clientAuth],
        keyUsage: KeyUsage = KeyUsage(digitalSignature: true),
        constraints: BasicConstraints = .notCertificateAuthority,
        validity: ClosedRange<Date> = Date(
            timeIntervalSince1970: 946_684_800
        )...Date(timeIntervalSince1970: 4_102_444_800)
    ) throws {
        let key = P256.Signing.PrivateKey()
        self.keyBytes = Array(key.derRepresentation)
        self.key = Certificate.PrivateKey(key)
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: self.key.publicKey,
            notValidBefore: validity.lowerBound,
            notValidAfter: validity.upperBound,
            issuer: issuer.subject,
            subject: DistinguishedName { CommonName("forged") },
            extensions: Certificate.Extensions {
                Critical(constraints)
                Critical(keyUsage)
                if let usages { try ExtendedKeyUsage(usages) }
                if !names.isEmpty { SubjectAlternativeNames(names) }
            },
            issuerPrivateKey: issuerKey
        )
    }

    /// The authority, used as a program's certificate: by its key and name, and with the use of the key that a handshake needs.
    init(authorityOf token: ClusterToken) throws {
        let authority = try ClusterAuthority(token)
        let key = try P256.Signing.PrivateKey(rawRepresentation: token.derive(32, for: "authority key 0"))
        self.keyBytes = Array(key.derRepresentation)
        self.key = authority.privateKey
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: self.key.publicKey,
            notValidBefore: authority.certificate.notValidBefore,
            notValidAfter: authority.certificate.notValidAfter,
            issuer: authority.certificate.subject,
            subject: authority.certificate.subject,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames([.uniformResourceIdentifier("joblib://cluster/host")])
            },
            issuerPrivateKey: self.key
        )
    }

    /// A program that shows this certificate, and does not look at the other's.
    func configuration(isServer: Bool) throws -> TLSConfiguration {
        let chain = try ([self.certificate] + self.intermediates)
            .map { NIOSSLCertificateSource.certificate(try Self.native($0)) }
        let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(bytes: self.keyBytes, format: .der))
        var configuration: TLSConfiguration
        if isServer {
            // A server has to ask for a certificate, since an honest client sends none otherwise; it is content with any.
            configuration = .makeServerConfiguration(certificateChain: chain, privateKey: key)
        } else {
            configuration = .makeClientConfiguration()
            configuration.certificateChain = chain
            configuration.privateKey = key
        }
        configuration.certificateVerification = .none
        configuration.trustRoots = .certificates([])
        return configuration
    }

    static func native(_ certificate: Certificate) throws -> NIOSSLCertificate {
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        return try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
    }
}

#endif
