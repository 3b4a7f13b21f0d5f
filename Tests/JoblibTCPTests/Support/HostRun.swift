// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import JoblibTCP
import Synchronization

/// A host of this very program on this machine; it ends with this object, and with this process however that ends.
final class HostRun: Sendable {
    /// Ends the host when the pipe closes that is its standard input, as it does with whoever has started it.
    private static let script = """
        eval "${JOBLIB_TEST_BEFORE:-}"
        "$0" "$@" </dev/null & pid=$!
        echo "pid $pid" >&2
        exec 3<&0
        (cat <&3 >/dev/null; kill -KILL $pid 2>/dev/null) &
        wait $pid
        echo "exit status $?" >&2
        """

    private struct State {
        var text = ""
        var waiters: [(needle: String, semaphore: DispatchSemaphore)] = []
    }

    private let process: Process
    private let input = Pipe()
    private let state = Mutex(State())

    /// Starts a host.
    ///
    /// - Parameters:
    ///   - environment: Its variables, on top of this process's: `JOBLIB_WORKER_LISTEN` or another.
    ///   - program: The executable; `nil`: this one.
    ///   - arguments: What stands behind it on its command line.
    /// - Throws: What keeps it from starting.
    init(_ environment: [String: String], program: URL? = nil, arguments: [String] = []) throws {
        self.process = Process()
        self.process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let executable = program ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        self.process.arguments = ["-c", Self.script, executable.path] + arguments
        var variables = ProcessInfo.processInfo.environment
        variables["JOBLIB_CONFORMANCE_CASE"] = nil
        for (name, value) in environment { variables[name] = value }
        self.process.environment = variables
        let output = Pipe()
        self.process.standardInput = self.input
        self.process.standardOutput = output
        self.process.standardError = output
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.take(String(decoding: data, as: UTF8.self))
        }
        try Self.withSignals { try self.process.run() }
    }

    /// Threads of a pool have signals blocked, which a child inherits: a shell then waits for ever for its own.
    private static func withSignals(_ body: () throws -> Void) rethrows {
        var (none, usual) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &usual)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &usual, nil) }
        try body()
    }

    /// Starts one that listens on this machine.
    ///
    /// - Parameters:
    ///   - slots: How many workers it has.
    ///   - token: Its token; `nil`: plaintext.
    ///   - address: Where; port 0 leaves it to the system.
    ///   - more: Further variables.
    ///   - program: The executable; `nil`: this one.
    /// - Returns: The host, which listens.
    /// - Throws: What it has said instead.
    static func listening(
        slots: Int = 2,
        _ token: ClusterToken?,
        at address: String = "127.0.0.1:0",
        _ more: [String: String] = [:],
        program: URL? = nil
    ) throws -> HostRun {
        let variables = Self.variables(slots, token, more).merging(["JOBLIB_WORKER_LISTEN": address]) { $1 }
        let host = try HostRun(variables, program: program)
        _ = try host.address
        return host
    }

    /// Starts one that dials.
    static func dialling(_ address: String, slots: Int = 2, _ token: ClusterToken?, program: URL? = nil) throws
        -> HostRun
    {
        try HostRun(Self.variables(slots, token, [:]).merging(["JOBLIB_WORKER_DIAL": address]) { $1 }, program: program)
    }

    private static func variables(_ slots: Int, _ token: ClusterToken?, _ more: [String: String]) -> [String: String] {
        var variables = ["JOBLIB_WORKER_SLOTS": "\(slots)"]
        if let token {
            variables["JOBLIB_TOKEN"] = token.secretText
        } else {
            variables["JOBLIB_PLAINTEXT_ON_LOOPBACK"] = "1"
        }
        return variables.merging(more) { $1 }
    }

    deinit {
        try? self.input.fileHandleForWriting.close()
    }

    private func take(_ text: String) {
        let waiters = self.state.withLock { state in
            state.text += text
            let met = state.waiters.filter { state.text.contains($0.needle) }
            state.waiters.removeAll { state.text.contains($0.needle) }
            return met
        }
        for waiter in waiters { waiter.semaphore.signal() }
    }

    /// What it has written so far.
    var text: String { self.state.withLock { $0.text } }

    /// Waits until it has written something.
    ///
    /// - Throws: What it has written instead, when it does not within 30 s.
    func wait(for needle: String) throws {
        let semaphore = DispatchSemaphore(value: 0)
        let isThere = self.state.withLock { state in
            if state.text.contains(needle) { return true }
            state.waiters.append((needle, semaphore))
            return false
        }
        if isThere { return }
        guard semaphore.wait(timeout: .now() + 30) == .success else {
            throw HostFault(description: "no '\(needle)' within 30 s; it has written: \(self.text)")
        }
    }

    /// Where it listens.
    var address: String {
        get throws {
            try self.wait(for: " with ")
            guard let match = self.text.firstMatch(of: /listening at (\S+) with/) else {
                throw HostFault(description: "it does not listen: \(self.text)")
            }
            return String(match.output.1)
        }
    }

    /// The id of its process.
    var pid: Int32 {
        get throws {
            try self.wait(for: "pid ")
            try self.wait(for: "\n")
            guard let match = self.text.firstMatch(of: /pid (\d+)/), let pid = Int32(match.output.1) else {
                throw HostFault(description: "no process: \(self.text)")
            }
            return pid
        }
    }

    /// Sends it a signal.
    func signal(_ number: Int32) throws { kill(try self.pid, number) }

    /// Waits until it has ended.
    ///
    /// - Returns: Its exit status; more than 128 for a signal.
    func waitUntilEnded() throws -> Int {
        try self.wait(for: "exit status ")
        return self.text.firstMatch(of: /exit status (\d+)/).flatMap { Int($0.output.1) } ?? -1
    }
}

/// What went wrong with a host.
struct HostFault: Error, CustomStringConvertible {
    let description: String
}

#endif
