// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib
import JoblibTCP
import Synchronization

/// Hosts on this machine, which end with this process.
struct LocalHosts: Sendable {
    /// What keeps a host from listening.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let workers: Int
    private let parameters: [BackendParameter]

    /// Starts hosts, and waits until each of them listens.
    ///
    /// - Parameters:
    ///   - count: How many, from 1.
    ///   - slots: How many workers each has, from 1.
    ///   - isPlain: Whether nothing is encrypted.
    /// - Throws: ``Failure``, with what a host has said instead.
    init(_ count: Int, slots: Int, isPlain: Bool = false) throws {
        let token = isPlain ? nil : ClusterToken.generate()
        let variables = [
            "JOBLIB_WORKER_LISTEN=127.0.0.1:0", "JOBLIB_WORKER_SLOTS=\(slots)",
            token.map { "JOBLIB_TOKEN=\($0.secretText)" } ?? "JOBLIB_PLAINTEXT_ON_LOOPBACK=1",
        ]
        let hosts = try (0..<count).map { _ in try HostProcess(variables) }
        self.workers = count * slots
        self.parameters = [
            .workers(try hosts.map { try $0.address() }),
            .waitForWorkers(atLeast: count * slots, within: .seconds(30)),
            token.map { .token($0) } ?? .plaintextOnLoopback(true),
        ]
    }

    /// A call on all of their workers.
    func call(preDispatch: PreDispatch = "2*n_jobs", batchSize: BatchSize = .auto) -> Parallel {
        Parallel(
            nJobs: self.workers,
            backend: .tcp,
            preDispatch: preDispatch,
            batchSize: batchSize,
            backendParams: self.parameters
        )
    }
}

/// A process of this program that is a host.
private struct HostProcess {
    /// Those that were started, which are ended with this process.
    private static let pids = Mutex<[pid_t]>([])

    /// Where it says what it does: so little that nobody has to go on reading.
    private let output: Int32

    init(_ variables: [String]) throws(LocalHosts.Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Self.failure("no pipe", errno) }
        // The end of a host must not hide behind another.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The driver's lines are for the contender alone.
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)

        var pid: pid_t = 0
        let program = strdup(Self.program)
        let environment = variables.map { strdup($0) } + Self.inheritedEnvironment
        defer { for string in environment + [program] { free(string) } }
        let status = posix_spawn(&pid, Self.program, &actions, nil, [program, nil], environment + [nil])
        close(ends[1])
        self.output = ends[0]
        guard status == 0 else { throw Self.failure(Self.program, status) }
        let isFirst = Self.pids.withLock { pids in
            pids.append(pid)
            return pids.count == 1
        }
        if isFirst { atexit { HostProcess.endAll() } }
    }

    private static func endAll() {
        for pid in self.pids.withLock({ $0 }) {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// Where it listens, once it does.
    func address() throws(LocalHosts.Failure) -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(self.output, &buffer, buffer.count), count > 0 {
            text += String(decoding: buffer[..<count], as: UTF8.self)
            if let match = text.firstMatch(of: /listening at (\S+) with .*\n/) { return String(match.output.1) }
        }
        throw LocalHosts.Failure(description: "a host does not listen: \(text)")
    }

    private static let program: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    private static var inheritedEnvironment: [UnsafeMutablePointer<CChar>?] {
        var strings: [UnsafeMutablePointer<CChar>?] = []
        var next = environ
        while let string = next.pointee {
            strings.append(strdup(string))
            next += 1
        }
        return strings
    }

    private static func failure(_ what: String, _ number: Int32) -> LocalHosts.Failure {
        LocalHosts.Failure(description: "\(what): \(String(cString: strerror(number)))")
    }
}

#endif
