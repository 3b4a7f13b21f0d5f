// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

/// Each in a process of its own, which nothing else fills.
@Suite("Memory", .timeLimit(.minutes(5)))
struct MemoryTests {
    @Test("A stream of 10^5 tasks, and one of 10^6 in batches of 64, grow the process by less than 16 MiB")
    func stream() async {
        await #expect(processExitsWith: .success) {
            for kind in GeneratorKind.all {
                for (count, batchSize) in [(100_000, BatchSize.auto), (1_000_000, 64)] {
                    let warmUp = try sum(of: 10_000, batchSize, kind)
                    #expect(warmUp == 49_995_000)
                    let before = residentBytes()
                    let total = try sum(of: count, batchSize, kind)
                    #expect(total == count * (count - 1) / 2)
                    #expect(residentBytes() - before < 16 << 20)
                }
            }
        }
    }

    @Test("A thousand calls in a row leave threads and memory as they are")
    func calls() async {
        await #expect(processExitsWith: .success) {
            let calls: (Int) throws -> Void = { count in
                for _ in 0..<count {
                    _ = try Parallel(nJobs: 4).map(0..<16) { $0 }
                    _ = try Parallel(nJobs: 4)((0..<16).lazy.map { index in delayed { index } })
                    _ = try Parallel(nJobs: 4)((0..<16).lazy.map { index in delayed { index } }, returnAs: .generator)
                        .next()
                }
            }
            try calls(100)
            let before = residentBytes()
            try calls(1000)
            #expect(residentBytes() - before < 16 << 20)
            #expect(ThisProcess.libraryThreads <= 16)
        }
    }
}

private func sum(of count: Int, _ batchSize: BatchSize, _ kind: GeneratorKind) throws -> Int {
    let tasks = (0..<count).lazy.map { index in delayed { index } }
    let results = try Parallel(nJobs: 2, batchSize: batchSize)(tasks, returnAs: kind)
    var sum = 0
    while let output = try results.next() { sum += output }
    return sum
}

private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [UInt8](repeating: 0, count: 128)
    let count = fread(&line, 1, line.count, file)
    let fields = String(decoding: line.prefix(count), as: UTF8.self).split(separator: " ")
    return (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}
