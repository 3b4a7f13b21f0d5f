// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// How much memory the process has in use.
struct Resident: PortableTask {
    func run() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var (total, resident): (Int, Int) = (0, 0)
        _ = withUnsafeMutablePointer(to: &total) { total in
            withUnsafeMutablePointer(to: &resident) { resident in
                withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) }
            }
        }
        return resident * sysconf(Int32(_SC_PAGESIZE))
    }
}

/// Runs a million tasks, and says by how much that lets a worker and this process grow.
func measureMemory() throws {
    let call = Parallel(nJobs: 2, backend: .loky)
    func run() throws {
        let sum = try call((0..<1_000_000).lazy.map { Delayed(Echo(value: $0)) }).reduce(0, +)
        guard sum == 499_999_500_000 else { fail("a wrong sum") }
    }
    func measure() throws -> [Int] { [try call([Delayed(Resident())])[0], Resident().run()] }
    // The first million leaves behind what the next has use for.
    try run()
    let before = try measure()
    guard before.allSatisfy({ $0 > 0 }) else { fail("nothing is measured") }
    try run()
    for (name, growth) in zip(["worker", "parent"], zip(try measure(), before).map(-)) {
        // Sixteen bytes for each task.
        print(growth < 16 << 20 ? "the \(name) is flat" : "the \(name) has grown by \(growth) bytes")
    }
}

/// Runs tasks whose workers have too much memory from the beginning, and says how many there were of both.
func leaveAfterEach(_ words: [String]) throws {
    let call = Parallel(
        nJobs: Int(words[0]) ?? 1,
        backend: .loky,
        batchSize: BatchSize(Int(words[1]) ?? 1),
        backendParams: [.maxWorkerMemory(1)]
    )
    let results = try call((0..<16).map { Delayed(Identity(index: $0)) })
    guard results.map({ $0[0] }) == Array(0..<16) else { fail("other results: \(results)") }
    print("\(results.count) results of \(Set(results.map { $0[1] }).count) workers")
}

/// Its index, and its worker's id.
struct Identity: PortableTask {
    var index: Int

    func run() -> [Int] { [self.index, Int(getpid())] }
}
