// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Crypto
import JoblibCluster
import JoblibCore
import JoblibPOSIX
import SwiftASN1
import X509

/// A folder with an authority that issues certificates: its key, its certificate, and the list of those that it has revoked.
public struct CertificateAuthorityFolder {
    /// What a certificate lets its holder be.
    public enum Role: String, CaseIterable, Sendable {
        /// Has workers.
        case worker

        /// Has tasks.
        case coordinator

        /// Asks how the others are.
        case observer

        var role: Greeting.Role {
            switch self {
            case .worker: .host
            case .coordinator: .coordinator
            case .observer: .observer
            }
        }
    }

    /// Where it is.
    public let folder: String

    private let authority: ClusterAuthority

    /// What tells it from others.
    public var fingerprint: String { ClusterCertificates.fingerprint(of: self.authority.certificate) }

    /// The file that every member of the cluster needs.
    public var certificateFile: String { "\(self.folder)/ca.pem" }

    /// The list of those that were revoked, which every member needs as it is now.
    public var revokedFile: String { "\(self.folder)/revoked" }

    private static func keyFile(in folder: String) -> String { "\(folder)/ca-key.pem" }

    /// Makes a new authority.
    ///
    /// - Parameters:
    ///   - folder: A folder that is not there yet, or is empty and its user's alone.
    ///   - days: For how long it is valid, from 1.
    /// - Returns: It.
    /// - Throws: ``ParallelError`` where there is one already, or the folder cannot be written to.
    public static func make(in folder: String, days: Int) throws -> CertificateAuthorityFolder {
        do throws(SystemError) {
            do throws(SystemError) {
                try Folder.make(folder)
            } catch {
                guard error.isCollision else { throw error }
            }
            let status = try FileStatus(path: folder)
            guard status.isFolder, status.isOwn, !status.isOpenToOthers else {
                throw SystemError(errno: SystemError.notPermitted, call: "open")
            }
        } catch {
            throw ParallelError(
                .invalidArgument,
                "'\(folder)' cannot be the folder of an authority: \(error); name one that is not there, or run: chmod 700 '\(folder)'"
            )
        }
        let key = P256.Signing.PrivateKey()
        let authority = try ClusterAuthority(key, days: days)
        let made = CertificateAuthorityFolder(folder: folder, authority: authority)
        try Self.write(key.pemRepresentation + "\n", to: self.keyFile(in: folder), isPrivate: true)
        try Self.write(authority.certificate.serializeAsPEM().pemString + "\n", to: made.certificateFile)
        try Self.write("", to: made.revokedFile)
        return made
    }

    private init(folder: String, authority: ClusterAuthority) {
        self.folder = folder
        self.authority = authority
    }

    /// Opens one that was made.
    ///
    /// - Throws: ``ParallelError`` where there is none, or others can read its key.
    public init(_ folder: String) throws {
        let text = try SecretFile(Self.keyFile(in: folder), "key file", "a key", maximumSize: 64 << 10).contents()
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
            throw ParallelError.invalidToken(
                "the key file '\(Self.keyFile(in: folder))' holds no key of the curve P-256, PEM"
            )
        }
        let certificate = try ClusterCertificates.certificate(in: "\(folder)/ca.pem")
        self.init(folder: folder, authority: ClusterAuthority(certificate, Certificate.PrivateKey(key)))
    }

    /// Issues a certificate, in two files: `NAME.pem`, and `NAME-key.pem`, which its user alone can read.
    ///
    /// - Parameters:
    ///   - role: What it lets its holder be.
    ///   - path: The files' path, without what is added.
    ///   - days: For how long it is valid.
    /// - Throws: ``ParallelError`` where one of the files is there already, or cannot be written.
    public func issue(_ role: Role, to path: String, days: Int) throws {
        let name = path.split(separator: "/").last.map(String.init) ?? role.rawValue
        let (certificate, key) = try self.authority.issue(for: role.role, days: days, name: String(name.prefix(60)))
        try Self.write(key.pemRepresentation + "\n", to: "\(path)-key.pem", isPrivate: true)
        try Self.write(certificate.serializeAsPEM().pemString + "\n", to: "\(path).pem")
    }

    /// Enters a certificate into the list of those that are not let in any more.
    ///
    /// - Parameter path: Its file.
    /// - Throws: ``ParallelError`` for one of another authority, and where the list cannot be written.
    public func revoke(_ path: String) throws {
        let certificate = try ClusterCertificates.certificate(in: path)
        guard certificate.issuer == self.authority.certificate.subject,
            self.authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
        else {
            throw ParallelError(.invalidArgument, "'\(path)' was not issued by the authority in '\(self.folder)'")
        }
        let list = RevokedCertificates(path: self.revokedFile)
        if try list.contains(certificate) { return }
        do throws(SystemError) {
            let file = try OpenFile(self.revokedFile, .updating)
            let line = "\(RevokedCertificates.text(of: certificate)) \(path)\n"
            // One write, so that whoever reads meanwhile reads a whole line, or none.
            try file.write(Array(line.utf8), at: file.status().byteCount)
        } catch {
            throw ParallelError(.resourceExhausted, "cannot write to '\(self.revokedFile)': \(error)")
        }
    }

    private static func write(_ text: String, to path: String, isPrivate: Bool = false) throws(ParallelError) {
        do throws(SystemError) {
            let file = try OpenFile(path, isPrivate ? .makingPrivately : .making)
            try file.write(Array(text.utf8), at: 0)
        } catch {
            guard error.isCollision else { throw ParallelError(.resourceExhausted, "cannot write '\(path)': \(error)") }
            throw ParallelError(.invalidArgument, "'\(path)' is there already; name another place, or remove it")
        }
    }
}

#endif
