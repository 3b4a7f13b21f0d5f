// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

public import JoblibCore

extension ParallelError.Code {
    /// A cluster's token is missing, malformed, or where others can read it.
    public static let invalidToken = Self("invalidToken")

    /// Whoever is at the other end of a connection does not belong to the cluster, or is another build of the program.
    public static let untrustedPeer = Self("untrustedPeer")
}

extension ParallelError {
    static func invalidToken(_ detail: String) -> ParallelError { ParallelError(.invalidToken, detail) }

    static func untrustedPeer(_ detail: String) -> ParallelError { ParallelError(.untrustedPeer, detail) }
}

#endif
