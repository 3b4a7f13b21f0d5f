// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// What this process holds of the system, and what it has set there.
public struct ProcessHoldings: Sendable {
    /// How many threads there are.
    public let threads: Int

    /// What the open descriptors lead to, sorted.
    public let descriptors: [String]

    /// The ids of the child processes, zombies included, sorted.
    public let children: [String]

    /// The names of shared memory that belong to this user, and of temporary files with the library's name or the id of this
    /// process in theirs, sorted: other programs put files there all the time.
    public let temporaryFiles: [String]

    /// The memory in use, in bytes: what is resident and not part of a file.
    public let memory: Int

    /// Takes stock.
    public init() {
        self.threads = Folder.names(in: "/proc/self/task").count
        self.descriptors = Folder.names(in: "/proc/self/fd")
            .compactMap { Folder.target(ofLink: "/proc/self/fd/\($0)") }
            .filter { !$0.hasPrefix("/proc/") || !$0.hasSuffix("/fd") }
            .sorted()
        self.children = Folder.names(in: "/proc/self/task")
            .flatMap { (SystemFile.text(at: "/proc/self/task/\($0)/children") ?? "").split(separator: " ") }
            .map(String.init)
            .sorted()
        self.temporaryFiles = ["/tmp", "/dev/shm"]
            .flatMap { folder in Folder.names(in: folder).map { "\(folder)/\($0)" } }
            .filter {
                Self.isOwn($0) && ($0.hasPrefix("/dev/shm/") || $0.contains("joblib") || $0.contains("\(getpid())"))
            }
            .sorted()
        let status = SystemFile.text(at: "/proc/self/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        self.memory = (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
    }

    private static func isOwn(_ path: String) -> Bool {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else { return false }
        return information.st_uid == getuid()
    }
}

/// What a process has set for itself that code it calls could change behind its back.
public struct ProcessSettings: Sendable, Hashable {
    /// The working directory.
    public let workingDirectory: String

    /// The blocked, ignored and caught signals of the calling thread and its process, as the kernel prints them.
    public let signals: [String]

    /// The environment, sorted.
    public let environment: [String]

    /// The next numbers of `random(3)` and `drand48(3)`, which this draws.
    public let randomNumbers: [String]

    /// Reads them.
    public init() {
        var buffer = [CChar](repeating: 0, count: 4096)
        let path = unsafe getcwd(&buffer, buffer.count)
        self.workingDirectory = unsafe path.map { unsafe String(cString: $0) } ?? ""
        let status = SystemFile.text(at: "/proc/thread-self/status") ?? ""
        self.signals = status.split(separator: "\n")
            .filter { $0.hasPrefix("Sig") && !$0.hasPrefix("SigQ") && !$0.hasPrefix("SigPnd") }
            .map(String.init)
        var variables: [String] = []
        var next = unsafe environ
        while let variable = unsafe next.pointee {
            unsafe variables.append(String(cString: variable))
            unsafe next += 1
        }
        self.environment = variables.sorted()
        self.randomNumbers = ["\(random())", "\(drand48())"]
    }

    /// Starts the random numbers of `random(3)` and `drand48(3)` anew.
    public static func seedRandomNumbers() {
        srandom(1)
        srand48(1)
    }

    /// Takes a variable out of the environment, `unsetenv(3)`; before there is a second thread.
    public static func removeVariable(_ name: String) {
        unsafe unsetenv(name)
    }
}
