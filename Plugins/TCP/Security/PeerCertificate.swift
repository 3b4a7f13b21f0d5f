// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import X509

/// The certificate of whoever is at the other end, which has to be just what ``ClusterAuthority/issue(for:)`` makes.
///
/// The TLS library has verified signatures, dates and, where the certificate has any, purposes. What it does not ask is here, and what
/// must not depend on its options once more.
struct PeerCertificate {
    private let certificate: Certificate

    init(_ certificate: Certificate) {
        self.certificate = certificate
    }

    /// Checks it.
    ///
    /// - Parameters:
    ///   - roles: What the other end may be, the first one most likely.
    ///   - authority: The cluster's.
    /// - Returns: What it is.
    /// - Throws: ``ParallelError`` with the code `.handshakeRejected`, which says what is wrong.
    func role(among roles: [Greeting.Role], of authority: Certificate) throws(ParallelError) -> Greeting.Role {
        let extensions = self.certificate.extensions
        // The authority itself has signed it, and no certificate in between.
        guard self.certificate.version == .v3, self.certificate.issuer == authority.subject,
            authority.publicKey.isValidSignature(self.certificate.signature, for: self.certificate)
        else { throw self.fault("was not issued by the cluster's authority itself") }
        guard (try? extensions.basicConstraints) == .notCertificateAuthority else {
            throw self.fault("is no certificate of a program: it could issue others")
        }
        guard (try? extensions.keyUsage) == KeyUsage(digitalSignature: true) else {
            throw self.fault("has a key for other uses than signing a handshake")
        }
        guard let usages = try? extensions.extendedKeyUsage, Set(usages) == [.serverAuth, .clientAuth] else {
            throw self.fault("has other purposes than connections of a cluster")
        }
        let names = (try? extensions.subjectAlternativeNames).map { Array($0) } ?? []
        if let role = roles.first(where: { names == [.uniformResourceIdentifier($0.uri)] }) { return role }
        let wanted = roles[0]
        let other = Greeting.Role.allCases.first { names == [.uniformResourceIdentifier($0.uri)] }
        if let other {
            throw .handshakeRejected(
                """
                the certificate at the other end says that there is another \(other.rawValue), in place of a \(wanted.rawValue); \
                correct the address: one of a coordinator and a host dials the other
                """
            )
        }
        throw self.fault("is not named as that of a \(wanted.rawValue): \(wanted.uri)")
    }

    /// Only who has the token could make one that comes so far.
    private func fault(_ what: String) -> ParallelError {
        .handshakeRejected(
            """
            the certificate at the other end \(what); no program of this cluster has such a one: see what listens at that address, and \
            give all programs a new token if somebody else may have it
            """
        )
    }
}

#endif
