// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import JoblibCluster
public import JoblibCore
import JoblibPOSIX
import SwiftASN1
import X509

/// A process's own certificate, kept in files, with what it trusts: for clusters whose members are to have one role each, and can be shut out.
///
/// They are made by `joblib-worker ca`.
public struct ClusterCertificates: Sendable {
    static let authorityVariable = "JOBLIB_CA_FILE"
    static let certificateVariable = "JOBLIB_CERTIFICATE_FILE"
    static let keyVariable = "JOBLIB_KEY_FILE"
    static let revokedVariable = "JOBLIB_REVOKED_FILE"

    /// More than any of the files has, in bytes.
    private static let largestFile = 64 << 10

    /// What tells the authority from others, such as `"k3v7-q2ma"`; for people to compare.
    public let fingerprint: String

    let authority: Certificate
    let certificate: Certificate
    let privateKey: P256.Signing.PrivateKey
    let revoked: RevokedCertificates?

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - authority: The certificate of the authority, PEM.
    ///   - certificate: This process's, PEM.
    ///   - key: Its key, PEM, in a file that its user alone can read.
    ///   - revoked: The list of those that are not let in any more; it is read at each connection. `nil`: all are.
    /// - Throws: ``ParallelError`` with the code `.invalidToken`, which names the file, and says what to do.
    public init(authority: String, certificate: String, key: String, revoked: String?) throws(ParallelError) {
        self.authority = try Self.certificate(in: authority)
        self.certificate = try Self.certificate(in: certificate)
        let text = try SecretFile(key, "key file", "a key", maximumSize: Self.largestFile).contents()
        guard let privateKey = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
            throw .invalidToken(
                "the key file '\(key)' holds no key of the curve P-256, PEM; use one that joblib-worker ca issue has made"
            )
        }
        guard Certificate.PublicKey(privateKey.publicKey) == self.certificate.publicKey else {
            throw .invalidToken(
                "the key file '\(key)' is not that of the certificate '\(certificate)'; use the two that belong together"
            )
        }
        self.privateKey = privateKey
        self.revoked = revoked.map { RevokedCertificates(path: $0) }
        self.fingerprint = Self.fingerprint(of: self.authority)
        if try self.revoked?.contains(self.certificate) == true {
            throw .invalidToken(
                "the certificate '\(certificate)' was revoked; have another one issued by joblib-worker ca issue"
            )
        }
    }

    /// Reads the files that `JOBLIB_CERTIFICATE_FILE`, `JOBLIB_KEY_FILE`, `JOBLIB_CA_FILE` and `JOBLIB_REVOKED_FILE` name.
    ///
    /// - Returns: What they hold; `nil` where the first is not set.
    /// - Throws: ``ParallelError`` with the code `.invalidToken`, also where only some are set.
    public static func fromEnvironment() throws(ParallelError) -> ClusterCertificates? {
        guard let certificate = ProcessEnvironment.value(self.certificateVariable) else { return nil }
        guard let key = ProcessEnvironment.value(self.keyVariable),
            let authority = ProcessEnvironment.value(self.authorityVariable)
        else {
            throw .invalidToken(
                "\(self.certificateVariable) is set, and \(self.keyVariable) and \(self.authorityVariable) have to be, too"
            )
        }
        return try ClusterCertificates(
            authority: authority,
            certificate: certificate,
            key: key,
            revoked: ProcessEnvironment.value(self.revokedVariable)
        )
    }

    static func certificate(in path: String) throws(ParallelError) -> Certificate {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try OpenFile(path, .reading).bytes(at: 0, count: self.largestFile)
        } catch {
            throw .invalidToken("the certificate file '\(path)' cannot be read: \(error)")
        }
        guard let certificate = try? Certificate(pemEncoded: String(decoding: bytes, as: UTF8.self)) else {
            throw .invalidToken("the file '\(path)' holds no certificate, PEM; use one that joblib-worker ca has made")
        }
        return certificate
    }

    static func fingerprint(of authority: Certificate) -> String {
        var serializer = DER.Serializer()
        // One that was read can be written.
        try? authority.serialize(into: &serializer)
        let text = Base32.text(Array(SHA256.hash(data: serializer.serializedBytes)).prefix(5))
        return "\(text.prefix(4))-\(text.suffix(4))"
    }
}

/// The list of certificates that are not let in any more: a serial number on each line, hexadecimal, and what else stands behind it.
struct RevokedCertificates: Sendable {
    /// More than a list has; in bytes.
    private static let largestFile = 16 << 20

    let path: String

    /// Whether a certificate is on it, as it is now.
    ///
    /// - Throws: ``ParallelError`` where the list cannot be read: then nobody is let in.
    func contains(_ certificate: Certificate) throws(ParallelError) -> Bool {
        let serial = Self.text(of: certificate)
        return try self.serials.contains(serial)
    }

    private var serials: Set<String> {
        get throws(ParallelError) {
            let bytes: [UInt8]
            do throws(SystemError) {
                let file = try OpenFile(self.path, .reading)
                let byteCount = try file.status().byteCount
                guard byteCount <= Self.largestFile else {
                    throw SystemError(errno: SystemError.fileTooLarge, call: "read")
                }
                bytes = try file.bytes(at: 0, count: byteCount)
            } catch {
                throw .invalidToken(
                    "the list of revoked certificates '\(self.path)' cannot be read, so nobody is let in: \(error)"
                )
            }
            let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            return Set(lines.compactMap { $0.split(separator: " ").first.map { $0.lowercased() } })
        }
    }

    static func text(of certificate: Certificate) -> String {
        certificate.serialNumber.bytes
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension BackendParameter {
    static let certificatesName = "certificates"

    /// This process's own certificate, in place of a token, and of what the environment says.
    public static func certificates(_ certificates: ClusterCertificates) -> BackendParameter {
        BackendParameter(name: self.certificatesName, value: certificates)
    }
}

#endif
