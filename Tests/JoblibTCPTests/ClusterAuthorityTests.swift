// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import Foundation
import Joblib
import JoblibCluster
import Testing
import X509

@testable import JoblibTCP

@Suite(.timeLimit(.minutes(1)))
struct ClusterAuthorityTests {
    private let token = ClusterToken.generate()

    @Test("Whoever has the token has the same authority, but for its random signature")
    func deterministic() throws {
        let (first, second) = (
            try ClusterAuthority(self.token).certificate, try ClusterAuthority(self.token).certificate
        )
        #expect(first.publicKey == second.publicKey)
        #expect(first.subject == second.subject)
        #expect(first.tbsCertificateBytes == second.tbsCertificateBytes)
        #expect(first != second)
        #expect(try ClusterAuthority(.generate()).certificate.publicKey != first.publicKey)
    }

    @Test("The authority signs certificates of programs, and no authorities")
    func authority() throws {
        let certificate = try ClusterAuthority(self.token).certificate
        #expect(try certificate.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try certificate.extensions.keyUsage == KeyUsage(keyCertSign: true))
        #expect(certificate.publicKey.isValidSignature(certificate.signature, for: certificate))
    }

    @Test("Every certificate is valid from 2000 to 2100")
    func validity() throws {
        let authority = try ClusterAuthority(self.token)
        for certificate in [authority.certificate, try authority.issue(for: .host).certificate] {
            #expect(certificate.notValidBefore.ISO8601Format() == "2000-01-01T00:00:00Z")
            #expect(certificate.notValidAfter.ISO8601Format() == "2100-01-01T00:00:00Z")
        }
    }

    @Test(
        "A program's certificate has a key and a number of its own, and its role",
        arguments: Greeting.Role.allCases
    )
    func leaf(_ role: Greeting.Role) throws {
        let authority = try ClusterAuthority(self.token)
        let (first, firstKey) = try authority.issue(for: role)
        let (second, secondKey) = try authority.issue(for: role)
        #expect(first.publicKey == Certificate.PublicKey(firstKey.publicKey))
        #expect(first.publicKey != second.publicKey && first.publicKey != authority.certificate.publicKey)
        #expect(firstKey.rawRepresentation != secondKey.rawRepresentation)
        #expect(first.serialNumber != second.serialNumber && first.serialNumber.bytes.count == 16)
        #expect(try PeerCertificate(first).role(among: [.observer, role], of: authority.certificate) == role)
        // Verified by somebody else's copy of the authority.
        #expect(try PeerCertificate(first).role(among: [role], of: ClusterAuthority(self.token).certificate) == role)
        for other in Greeting.Role.allCases where other != role {
            #expect(throws: ParallelError.self) {
                try PeerCertificate(first).role(among: [other], of: authority.certificate)
            }
        }
    }
}

#endif
