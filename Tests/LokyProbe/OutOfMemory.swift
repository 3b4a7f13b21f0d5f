// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// Notes in a file when it begins and ends, and for one index wants more memory than there is.
struct Hungry: PortableTask {
    var index: Int
    var culprit: Int
    var byteCount: Int
    var path: String

    func run() -> Int {
        self.note("b")
        if self.index == self.culprit {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: self.byteCount, alignment: 4096)
            memset(memory, 1, self.byteCount)
            memory.deallocate()
        } else {
            // Long enough, all together, for the kernel to end the other one three times.
            usleep(25_000)
        }
        self.note("e")
        return self.index
    }

    private func note(_ what: String) {
        let file = open(self.path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        _ = "\(what) \(self.index)\n".withCString { write(file, $0, strlen($0)) }
        close(file)
    }
}

/// A control group of this process's, with a limit of memory; of either version.
private struct LimitedGroup {
    let path: String
    let home: String

    init?(byteCount: Int) {
        let name = "joblib-probe-\(getpid())"
        let lines = Self.read("/proc/self/cgroup").split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2) }
        if let line = lines.first(where: { $0.count == 3 && $0[1].split(separator: ",").contains("memory") }) {
            self.home = "/sys/fs/cgroup/memory\(line[2] == "/" ? "" : line[2])"
            self.path = "\(self.home)/\(name)"
            guard mkdir(self.path, 0o700) == 0, Self.write("\(byteCount)", "\(self.path)/memory.limit_in_bytes") else {
                return nil
            }
        } else {
            let own = Self.read("/proc/self/cgroup").split(separator: "\n").first { $0.hasPrefix("0::") }
            self.home = "/sys/fs/cgroup\(own.map { $0.dropFirst(3) == "/" ? "" : $0.dropFirst(3) } ?? "")"
            self.path = "/sys/fs/cgroup/\(name)"
            guard mkdir(self.path, 0o700) == 0, Self.write("\(byteCount)", "\(self.path)/memory.max") else {
                rmdir(self.path)
                return nil
            }
        }
        guard Self.write("\(getpid())", "\(self.path)/cgroup.procs") else {
            rmdir(self.path)
            return nil
        }
    }

    func leave() {
        _ = Self.write("\(getpid())", "\(self.home)/cgroup.procs")
        rmdir(self.path)
    }

    private static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(file, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }

    private static func write(_ text: String, _ path: String) -> Bool {
        let file = open(path, O_WRONLY)
        defer { close(file) }
        return text.withCString { Glibc.write(file, $0, strlen($0)) } == text.utf8.count
    }
}

/// Runs some hundred tasks where one of them is too large for the group that all processes are in.
func runOutOfMemory(_ path: String) async throws {
    guard let group = LimitedGroup(byteCount: 256 << 20) else { return print("no control group") }
    try starve(path)
    await LokyBackend.shutDownIdleWorkers()
    group.leave()
}

private func starve(_ path: String) throws {
    let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1)
    let tasks = (0..<400).map { Delayed(Hungry(index: $0, culprit: 5, byteCount: 600 << 20, path: path)) }
    for (index, result) in try call.results(tasks).enumerated() {
        switch result {
        case .success(let output): if output != index { print("task \(index) gave \(output)") }
        case .failure(let failure): print("\(failure.index) \(failure.reason) at \(failure.attempt): \(failure)")
        }
    }
    // Killed as if by somebody: nobody was short of memory.
    for case .failure(let failure) in try call.results((0..<4).map { Delayed(Killing(index: $0)) }) {
        print("then \(failure.index): \("\(failure)".contains("out of memory") ? "out of memory" : "killed")")
    }
}

/// Is killed at one index.
struct Killing: PortableTask {
    var index: Int

    func run() -> Int {
        if self.index == 2 { kill(getpid(), SIGKILL) }
        return self.index
    }
}
