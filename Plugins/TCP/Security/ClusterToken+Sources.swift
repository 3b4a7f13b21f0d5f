// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

public import JoblibCore
import JoblibPOSIX
import Synchronization

extension ClusterToken {
    /// The variable that names the file; before the other one, since whoever reads the name need not be able to read the file.
    static let fileVariable = "JOBLIB_TOKEN_FILE"

    /// The variable that holds the token itself.
    static let variable = "JOBLIB_TOKEN"

    /// What the variable held when it was last set; kept, since it is in the environment no more.
    private static let taken = Mutex<String?>(nil)

    /// Takes `JOBLIB_TOKEN` out of the environment, so that no child that is started from here on inherits it.
    ///
    /// No other thread must use the environment meanwhile, so this is for when the backend is registered, before `main`.
    ///
    /// - Returns: What it held, now or earlier; `nil` if it never was set.
    @discardableResult
    static func takeVariable() -> String? {
        self.taken.withLock { taken in
            if let value = ProcessEnvironment.take(self.variable) { taken = value }
            return taken
        }
    }

    /// Reads the token that the environment names: the file `JOBLIB_TOKEN_FILE`, or else `JOBLIB_TOKEN`.
    ///
    /// `JOBLIB_TOKEN` is taken out of the environment in any case, also when the file is used, so that no child inherits it; it is kept for
    /// the next time. There is no way to hand over a token on a command line, which every user of a machine can read.
    ///
    /// - Returns: The token; `nil` where neither variable is set.
    /// - Throws: ``ParallelError`` with the code `.invalidToken`, which says what to do about it.
    public static func fromEnvironment() throws(ParallelError) -> ClusterToken? {
        let text = self.takeVariable()
        if let path = ProcessEnvironment.value(self.fileVariable) { return try ClusterToken(fromFile: path) }
        guard let text else { return nil }
        return try ClusterToken(text, from: self.variable)
    }

    /// Reads the token of a host: as ``fromEnvironment()``, but that the file `-` is the standard input.
    ///
    /// A command that starts a host elsewhere hands its standard input on, which nobody else sees.
    static func forHost() throws(ParallelError) -> ClusterToken? {
        guard ProcessEnvironment.value(self.fileVariable) == "-" else { return try self.fromEnvironment() }
        self.takeVariable()
        guard let line = StandardInput.readLine(largest: 1024, until: MonotonicClock.now + self.inputTime) else {
            throw .invalidToken(
                "\(self.fileVariable) is -, and no token has come on the standard input; "
                    + "what starts the host has to hand its own on, or name a file"
            )
        }
        return try ClusterToken(line, from: "what is on the standard input")
    }

    /// How long a host waits for its token, in nanoseconds.
    private static let inputTime: UInt64 = 30_000_000_000

    /// Reads a token from a file that nobody else can read.
    ///
    /// - Parameter path: A regular file and no link, that belongs to the user of this process and gives other users nothing; the token and
    ///   perhaps a line break are in it.
    /// - Throws: ``ParallelError`` with the code `.invalidToken`, which names the command to run.
    public init(fromFile path: String) throws(ParallelError) {
        let text = try SecretFile(path, "token file", "a token", maximumSize: 1024).contents()
        try self.init(text, from: "what is in the token file '\(path)'")
    }
}

extension BackendParameter {
    static let tokenName = "token"

    /// The cluster's token, in place of what the environment says.
    public static func token(_ token: ClusterToken) -> BackendParameter {
        BackendParameter(name: self.tokenName, value: token)
    }
}

#endif
