// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import NIOSSL

extension ClusterTLS {
    /// What the failure of a connection says of whoever is at the other end, for those who read of it at this one.
    ///
    /// - Parameters:
    ///   - error: What the handler has thrown, also behind the handshake: a server's refusal reaches a client that takes the handshake for
    ///     completed.
    ///   - peer: Who is at the other end, such as its address.
    /// - Returns: An error with the code `.handshakeRejected`; `nil` where the connection has failed, and not the other end's identity.
    func fault(_ error: any Error, with peer: String) -> ParallelError? {
        if let error = error as? ParallelError { return .handshakeRejected("\(peer): \(error.detail)") }
        switch error {
        case NIOSSLError.uncleanShutdown: return nil
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: break
        default: return nil
        }
        let cause = "\(error)"
        // Cut off, as a network may do; who it was is not known.
        if cause.contains("EOF during handshake") { return nil }
        if Self.reasonsOfStrangers.contains(where: { cause.contains($0) }) {
            return .handshakeRejected(
                """
                \(peer): the \(self.secretName) does not match: this end has the \(self.secretName) with the fingerprint \
                \(self.fingerprint), and the other end has another one or none, or a certificate that is not valid any more; compare \
                the fingerprints, and give both ends the same \(self.secretName) (\(Self.reason(cause)))
                """
            )
        }
        return .handshakeRejected(
            """
            \(peer) does not speak as a program of a cluster (TLS 1.3): \(Self.reason(cause)); is the address that of something else? \
            The \(self.secretName) at this end has the fingerprint \(self.fingerprint)
            """
        )
    }

    /// What the TLS library calls a certificate that is refused here, or that was refused over there.
    private static let reasonsOfStrangers = [
        "CERTIFICATE_VERIFY_FAILED", "PEER_DID_NOT_RETURN_A_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE",
        "ALERT_CERTIFICATE_", "ALERT_UNSUPPORTED_CERTIFICATE", "ALERT_DECRYPT_ERROR",
    ]

    /// The library's word for it, without the lines of its sources.
    private static func reason(_ cause: String) -> String {
        // Such as: error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at /…/handshake.cc:390
        guard let start = cause.firstRange(of: "OPENSSL_internal:") else { return String(cause.prefix(200)) }
        return String(cause[start.upperBound...].prefix { !$0.isWhitespace && $0 != "]" })
    }
}

#endif
