// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
public import JoblibCore
import JoblibPOSIX

/// What a ``WorkerLauncher`` is to start: so many processes of a program, each of which is a host.
public struct LaunchOrder: Sendable {
    /// A name that no other order of any process has: lower-case letters, digits and hyphens, at most 40, and a letter first.
    public let name: String

    /// How many processes, from 1.
    public let count: Int

    /// The executable, as it is called on this machine.
    public let program: String

    /// The variables that make it a host, and have it dial back; no secret is among them.
    ///
    /// They say that the token is on its standard input: see ``standardInput`` and ``environment(tokenFile:)``.
    public let environment: [String: String]

    private let token: ClusterToken?

    init(name: String, count: Int, program: String, environment: [String: String], token: ClusterToken?) {
        self.name = name
        self.count = count
        self.program = program
        self.environment = environment
        self.token = token
    }

    /// What each process has to find on its standard input: **the token**, and a line break.
    ///
    /// Write it nowhere else.
    public var standardInput: String { self.token.map { "\($0.secretText)\n" } ?? "" }

    /// The variables for processes whose standard input nobody can write to: they read the token from a file.
    ///
    /// - Parameter path: As the processes see it; ``writeTokenFile(_:)`` makes one.
    /// - Returns: The variables.
    public func environment(tokenFile path: String) -> [String: String] {
        guard self.token != nil else { return self.environment }
        return self.environment.merging([ClusterToken.fileVariable: path]) { $1 }
    }

    /// Writes the token to a new file that this user alone can read; whoever calls this removes it in the end.
    ///
    /// - Parameter path: Where nothing may be yet.
    /// - Throws: ``ParallelError`` `.startupFailed`, which names the path.
    public func writeTokenFile(_ path: String) throws(ParallelError) {
        do throws(SystemError) {
            let file = try OpenFile(path, .makingPrivately)
            var result: Result<Void, SystemError> = .success(())
            unsafe Array(self.standardInput.utf8)
                .withUnsafeBytes { bytes in
                    do throws(SystemError) {
                        try unsafe file.write(bytes, at: 0)
                    } catch {
                        result = .failure(error)
                    }
                }
            try result.get()
        } catch {
            throw ParallelError(
                .startupFailed,
                "launch: the token's file '\(path)' cannot be written: \(error); name another folder, which all hosts see"
            )
        }
    }

    // MARK: - Names

    /// The name of an order, of which a process has the prefix for itself.
    static func name(_ prefix: String, _ number: Int) -> String { "\(prefix)\(number)" }

    /// The prefix of the names of a launch's orders.
    static func makePrefix() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        return "joblib-\(ProcessIdentity.pid)-\(String((0..<8).map { _ in letters.randomElement() ?? "x" }))-"
    }

    /// The number of the order that a host was started for, and of which part of it: from what it is called, such as
    /// `"node7:4711 joblib-12-abcd-3/5 at 10.0.0.7:5000"`; the part is what its launcher calls it, if anything.
    static func place(inName name: String, _ prefix: String) -> (number: Int, part: Int?)? {
        let words = name.split(separator: " ")
        guard words.count > 1, words[1].hasPrefix(prefix) else { return nil }
        let numbers = words[1].dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
        guard let first = numbers.first, let number = Int(first) else { return nil }
        return (number, numbers.count > 1 ? Int(numbers[1]) : nil)
    }
}

#endif
