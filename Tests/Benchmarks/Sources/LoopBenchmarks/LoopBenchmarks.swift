// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Dispatch
import Glibc
import Joblib

/// Measures the loop on two threads; every figure in nanoseconds for one unit of work.
@main
struct LoopBenchmarks {
    static func main() async throws {
        if CommandLine.arguments.dropFirst().first == "progress" { return try ProgressCost.report() }
        try self.calls()
        // The workers read lazy input by turns, but for that of an actor or of the main thread, which the caller reads.
        try await Task.detached { try self.closures("10⁶ `delayed` closures, ns each") }.value
        try self.closures("the same on the main thread, which alone reads")
        try self.maps()
        try self.memory()
        try ProgressCost.report()
    }

    /// A whole call of two tasks that do nothing, on threads that are still warm.
    private static func calls() throws {
        let call = Parallel(nJobs: 2)
        let count = 1000
        try Measurement(
            title: "a call of two no-ops, ns",
            units: count,
            contenders: [
                .init(name: "`forEach(0..<2)`") {
                    for _ in 0..<count { try call.forEach(0..<2) { _ in } }
                },
                .init(name: "`concurrentPerform(iterations: 2)`") {
                    for _ in 0..<count { DispatchQueue.concurrentPerform(iterations: 2) { _ in } }
                },
            ]
        )
        .report()
    }

    /// A million `delayed` closures, from an array and read lazily.
    private nonisolated static func closures(_ title: String) throws {
        let count = 1_000_000
        let call = Parallel(nJobs: 2)
        let unbounded = Parallel(nJobs: 2, preDispatch: .all)
        let tasks = (0..<count).map { number in delayed { number } }
        let closures: [@Sendable () -> Int] = (0..<count).map { number in { number } }
        try Measurement(
            title: title,
            units: count,
            contenders: [
                .init(name: "from an array") { _ = try call(tasks) },
                .init(name: "read lazily, `preDispatch: .all`") {
                    _ = try unbounded((0..<count).lazy.map { number in delayed { number } })
                },
                .init(name: "read lazily, default `preDispatch`") {
                    _ = try call((0..<count).lazy.map { number in delayed { number } })
                },
                .init(name: "plain closures in an array, one after the other") { _ = closures.map { $0() } },
            ]
        )
        .report()
    }

    /// Ten million square roots into a new array.
    private static func maps() throws {
        let count = 10_000_000
        let call = Parallel(nJobs: 2)
        try Measurement(
            title: "`map` of 10⁷ square roots into a new array, ns each",
            units: count,
            contenders: [
                .init(name: "`map`") { _ = try call.map(0..<count) { Double($0).squareRoot() } },
                .init(name: "`(0..<n).map`") { _ = (0..<count).map { Double($0).squareRoot() } },
                .init(name: "`concurrentPerform` over 8 chunks, huge pages") { Self.dispatchRoots(count) },
            ]
        )
        .report()
    }

    private static func dispatchRoots(_ count: Int) {
        _ = [Double](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            // SAFETY: each iteration fills a part of its own.
            nonisolated(unsafe) let slots = buffer.baseAddress!
            let page = UInt(4096)
            let start = (UInt(bitPattern: slots) + page - 1) & ~(page - 1)
            madvise(UnsafeMutableRawPointer(bitPattern: start), count * 8 - Int(page), 14)
            DispatchQueue.concurrentPerform(iterations: 8) { chunk in
                for index in chunk * count / 8..<(chunk + 1) * count / 8 {
                    (slots + index).initialize(to: Double(index).squareRoot())
                }
            }
            initializedCount = count
        }
    }

    /// The growth of the process over a stream of a million results.
    private static func memory() throws {
        let call = Parallel(nJobs: 2, batchSize: 64)
        func consume(_ count: Int) throws {
            let stream = try call((0..<count).lazy.map { number in delayed { number } }, returnAs: .generator)
            while let _ = try stream.next() {}
        }
        try consume(10_000)
        let before = self.residentKilobytes
        let duration = try ContinuousClock().measure { try consume(1_000_000) }
        print(
            "\nA generator of 10⁶ tasks, `batchSize: 64`: \(duration), \(self.residentKilobytes - before) KiB of growth"
        )
    }

    private static var residentKilobytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        fgets(&line, Int32(line.count), file)
        let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            .split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4
    }
}
