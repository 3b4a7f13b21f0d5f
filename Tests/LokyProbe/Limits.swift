// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import CLokyProbe
import Glibc
import Joblib

// Calls of eight workers on a system that has no room for them.

/// How many descriptors the process has.
private var descriptorCount: Int { (0..<1024).count { fcntl(Int32($0), F_GETFD) >= 0 } }

/// How many threads it has.
private var threadCount: Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if text.hasPrefix("Threads:") { return Int(text.filter(\.isNumber)) ?? 0 }
    }
    return 0
}

private func limit(_ resource: __rlimit_resource, to count: Int) -> rlimit {
    var old = rlimit()
    getrlimit(__rlimit_resource_t(resource.rawValue), &old)
    var new = old
    new.rlim_cur = rlim_t(count)
    setrlimit(__rlimit_resource_t(resource.rawValue), &new)
    return old
}

/// Makes a call, and says what has come of it; no worker is left then.
private func attempt() async {
    print(outcome())
    await LokyBackend.shutDownIdleWorkers()
}

// Not where it would be the asynchronous twin, which takes one more thread.
private func outcome() -> String {
    do {
        let sum = try Parallel(nJobs: 8, backend: .loky)((0..<100).map { Delayed(Echo(value: $0)) }).reduce(0, +)
        return "sum \(sum) by \(LokyBackend.workerPIDs.count)"
    } catch {
        return "refused: \(error)"
    }
}

/// How many descriptors there are of the kinds that workers have; their memory apart, of which one is for all.
private var workerDescriptorCount: Int {
    (3..<1024)
        .count { descriptor in
            var bytes = [CChar](repeating: 0, count: 64)
            let count = readlink("/proc/self/fd/\(descriptor)", &bytes, bytes.count)
            let name = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return name.hasPrefix("socket:") || name.hasPrefix("pipe:") || name.hasPrefix("/memfd:joblib-worker")
                || name.contains("pidfd")
        }
}

/// How many of them are left, now that there are no workers.
private func leaked(since before: Int) -> Int {
    // What has watched a worker is done with it a moment later.
    for _ in 0..<500 {
        if workerDescriptorCount <= before { break }
        usleep(10_000)
    }
    return workerDescriptorCount - before
}

/// Makes calls under limits, and one without.
private func tryLimits(_ resource: __rlimit_resource, _ used: () -> Int, rooms: [Int]) async throws {
    let before = workerDescriptorCount
    _ = try await Parallel(nJobs: 1, backend: .loky)([Delayed(Echo(value: 1))])
    await LokyBackend.shutDownIdleWorkers()
    for room in rooms {
        guard leaked(since: before) == 0 else { return print("descriptors are left") }
        var old = limit(resource, to: used() + room)
        await attempt()
        setrlimit(__rlimit_resource_t(resource.rawValue), &old)
    }
    await attempt()
    print("descriptors: \(leaked(since: before)) more")
}

/// Leaves room for two workers, then for none.
func limitDescriptors() async throws {
    try await tryLimits(RLIMIT_NOFILE, { descriptorCount }, rooms: [16, 4])
}

/// Has memory for two workers, then for none.
func limitMemory() async throws {
    let before = workerDescriptorCount
    for count in [Int32(3), 0, -1] {
        loky_probe_limit_memory(count)
        await attempt()
    }
    print("descriptors: \(leaked(since: before)) more")
}

/// Leaves room for the threads of three workers, some of which this process may take itself, then for none; as a user whom nobody else is.
func limitProcesses() async throws {
    guard geteuid() == 0, setgid(64_999) == 0, setuid(64_999) == 0 else { return print("not root") }
    try await tryLimits(__RLIMIT_NPROC, { threadCount }, rooms: [6, 0])
}
