// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import JoblibPOSIX
import JoblibTCP

/// What lets this process in, and its host: a file with the token, from which alone a host takes it, since a command line can be read by
/// everybody, and an environment by whoever is the same user; or a certificate.
struct CredentialsChoice {
    let credentials: ClusterCredentials

    /// The file with the token; `nil`: the environment names a certificate.
    let tokenFile: String?

    /// Finds them, and looks whether they can be used.
    ///
    /// - Parameter option: The file with the token that the command line names.
    /// - Throws: `WorkerFailure` where there is neither; `ParallelError` for a file that holds none, or that others can read.
    init(tokenFile option: String?) throws {
        if option == nil, let certificates = try ClusterCertificates.fromEnvironment() {
            self.credentials = .certificates(certificates)
            self.tokenFile = nil
            return
        }
        guard let path = option ?? ProcessEnvironment.value("JOBLIB_TOKEN_FILE") else {
            let isHeld = ProcessEnvironment.take("JOBLIB_TOKEN") != nil
            throw WorkerFailure(
                status: ExitStatus.configuration,
                detail: (isHeld
                    ? "JOBLIB_TOKEN is not handed on, since the environment of a host can be read" : "no token")
                    + "; make one, by umask 077; joblib-worker token new >token, copy it to every host and to the coordinator, and name the "
                    + "file by --token-file or in JOBLIB_TOKEN_FILE"
            )
        }
        self.credentials = .token(try ClusterToken(fromFile: path))
        self.tokenFile = path
    }
}

#endif
