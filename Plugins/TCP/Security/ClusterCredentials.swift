// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
public import JoblibCore

/// What lets a process into a cluster: the token that everybody has, or a certificate of its own.
public enum ClusterCredentials: Sendable {
    /// Everybody has the same token, and may be anything.
    case token(ClusterToken)

    /// Each has a certificate that says what it may be, and that can be revoked.
    case certificates(ClusterCertificates)

    /// What the environment names: certificates by `JOBLIB_CERTIFICATE_FILE`, or else a token.
    ///
    /// - Returns: What it names; `nil` where it names neither.
    /// - Throws: ``ParallelError`` with the code `.invalidToken`, which says what to do about it.
    public static func fromEnvironment() throws(ParallelError) -> ClusterCredentials? {
        // Taken out in any case, so that no child inherits it.
        ClusterToken.takeVariable()
        if let certificates = try ClusterCertificates.fromEnvironment() { return .certificates(certificates) }
        return try ClusterToken.fromEnvironment().map { .token($0) }
    }

    /// The same for a host, whose token may come on its standard input.
    static func forHost() throws(ParallelError) -> ClusterCredentials? {
        ClusterToken.takeVariable()
        if let certificates = try ClusterCertificates.fromEnvironment() { return .certificates(certificates) }
        return try ClusterToken.forHost().map { .token($0) }
    }

    /// The token; `nil` where there are certificates.
    var token: ClusterToken? {
        if case .token(let token) = self { token } else { nil }
    }

    /// What tells them from others, and tells nothing of a secret.
    var fingerprint: String {
        switch self {
        case .token(let token): token.fingerprint
        case .certificates(let certificates): "authority \(certificates.fingerprint)"
        }
    }

    /// The same, for people.
    var name: String {
        if case .token(let token) = self { "token \(token.fingerprint)" } else { self.fingerprint }
    }

    /// What connections are encrypted with.
    ///
    /// - Parameter role: What this process is.
    /// - Returns: It.
    /// - Throws: ``ParallelError`` for a certificate that says otherwise; what the libraries throw.
    func security(_ role: Greeting.Role) throws -> ClusterTLS {
        switch self {
        case .token(let token): try ClusterTLS(token, role)
        case .certificates(let certificates): try ClusterTLS(certificates, role)
        }
    }
}

#endif
