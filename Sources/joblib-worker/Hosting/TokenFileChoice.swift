// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import JoblibPOSIX
import JoblibTCP

/// The file with the token, from which alone a host takes it: a command line can be read by everybody, and an environment by whoever is
/// the same user.
struct TokenFileChoice {
    let path: String

    /// Finds it, and looks whether it holds a token.
    ///
    /// - Parameter option: What the command line names.
    /// - Throws: `WorkerFailure` where there is none; `ParallelError` for a file that is none, or that others can read.
    init(option: String?) throws {
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
        _ = try ClusterToken(fromFile: path)
        self.path = path
    }
}

#endif
