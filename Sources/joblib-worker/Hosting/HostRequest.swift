// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// What a program is to be the host of, as it is told in its environment.
struct HostRequest {
    enum Kind: String {
        case listening = "JOBLIB_WORKER_LISTEN"
        case dialling = "JOBLIB_WORKER_DIAL"
    }

    let kind: Kind

    /// Where; one that leaves its port to the system gets the same one when it is started again.
    var address: HostAddress
    let slots: String?

    /// The file with the token; `nil`: the environment names a certificate.
    let tokenFile: String?

    /// Variables that are not handed on: others would make the program something else, or hold the token.
    private static let dropped: Set<String> = [
        "JOBLIB_TOKEN", "JOBLIB_WORKER", "JOBLIB_WORKER_LISTEN", "JOBLIB_WORKER_DIAL", "JOBLIB_PLAINTEXT_ON_LOOPBACK",
        "JOBLIB_CONFORMANCE_CASE", "JOBLIB_WORKER_MAKES_WAY",
    ]

    /// The environment of the program.
    ///
    /// - Parameters:
    ///   - own: That of this process.
    ///   - makesWay: Whether it is ended when a coordinator of another build comes.
    /// - Returns: The variables, all of them.
    func environment(from own: [String: String], makesWay: Bool = false) -> [String: String] {
        var variables = own.filter { !Self.dropped.contains($0.key) }
        variables[self.kind.rawValue] = self.address.description
        if let tokenFile = self.tokenFile {
            variables["JOBLIB_TOKEN_FILE"] = tokenFile
            // Which would come first.
            variables["JOBLIB_CERTIFICATE_FILE"] = nil
        }
        if makesWay { variables["JOBLIB_WORKER_MAKES_WAY"] = "1" }
        if let slots = self.slots { variables["JOBLIB_WORKER_SLOTS"] = slots }
        return variables
    }

    /// Takes note of what the program has said that it does.
    mutating func note(_ announcement: HostLine) {
        guard case .listening(let text, _) = announcement, self.kind == .listening, let address = try? HostAddress(text)
        else { return }
        self.address = address
    }
}
