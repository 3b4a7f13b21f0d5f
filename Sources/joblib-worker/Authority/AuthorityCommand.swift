// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import JoblibPOSIX

#if TCP
import JoblibTCP
#endif

/// What there is to do with certificates, for clusters whose members are to have one role each, and can be shut out.
struct AuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Issues certificates in place of a token: each has one role, and can be revoked.",
        discussion: """
            On the machine that keeps the authority:
              joblib-worker ca init authority
              joblib-worker ca issue --role worker --ca authority node7
              joblib-worker ca issue --role coordinator --ca authority desk
            Each member gets its own two files, node7.pem and node7-key.pem, and ca.pem and revoked of the authority, and names them in \
            JOBLIB_CERTIFICATE_FILE, JOBLIB_KEY_FILE, JOBLIB_CA_FILE and JOBLIB_REVOKED_FILE.
            """,
        subcommands: [InitCommand.self, IssueCommand.self, RevokeCommand.self]
    )

    /// How many days a certificate may be valid.
    static let days = 1...36_500

    static func check(days: Int) throws {
        guard Self.days.contains(days) else {
            throw ValidationError("--days \(days) makes no sense; write 1 to \(Self.days.upperBound)")
        }
    }
}

/// Makes an authority.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a new authority in a folder; whoever has its file ca-key.pem can issue anything."
    )

    @Argument(help: "The folder, which is made.")
    var folder: String

    @Option(help: ArgumentHelp("For how many days it is valid.", valueName: "days"))
    var days = 3650

    func validate() throws { try AuthorityCommand.check(days: self.days) }

    func run() throws {
        #if TCP
        let authority = try CertificateAuthorityFolder.make(in: self.folder, days: self.days)
        StandardStream.error.write(
            "joblib-worker: authority \(authority.fingerprint); give \(authority.certificateFile) and \(authority.revokedFile) to every member\n"
        )
        #else
        throw WorkerFailure.withoutNetworks
        #endif
    }
}

/// Issues a certificate.
struct IssueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Issues a certificate, and its key: NAME.pem and NAME-key.pem."
    )

    @Option(help: ArgumentHelp("worker, coordinator or observer.", valueName: "role"))
    var role: String

    @Option(help: ArgumentHelp("The folder of the authority.", valueName: "folder"))
    var ca: String

    @Option(help: ArgumentHelp("For how many days it is valid.", valueName: "days"))
    var days = 365

    @Argument(help: "The files' path, without .pem.")
    var name: String

    func validate() throws {
        try AuthorityCommand.check(days: self.days)
        guard ["worker", "coordinator", "observer"].contains(self.role) else {
            throw ValidationError("--role '\(self.role)' is none; write worker, coordinator or observer")
        }
        guard !self.name.isEmpty, self.name.last != "/" else { throw ValidationError("the name is empty") }
    }

    func run() throws {
        #if TCP
        let role = CertificateAuthorityFolder.Role(rawValue: self.role) ?? .worker
        try CertificateAuthorityFolder(self.ca).issue(role, to: self.name, days: self.days)
        #else
        throw WorkerFailure.withoutNetworks
        #endif
    }
}

/// Revokes a certificate.
struct RevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Enters a certificate into the list of those that are not let in any more.",
        discussion: """
            The list is the file revoked in the folder; copy it to every member. It is read at each new connection, and ends none that is there.
            """
    )

    @Option(help: ArgumentHelp("The folder of the authority.", valueName: "folder"))
    var ca: String

    @Argument(help: "The certificate's file.")
    var certificate: String

    func run() throws {
        #if TCP
        try CertificateAuthorityFolder(self.ca).revoke(self.certificate)
        #else
        throw WorkerFailure.withoutNetworks
        #endif
    }
}
