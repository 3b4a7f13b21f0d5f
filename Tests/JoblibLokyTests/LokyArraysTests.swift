// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import TestProcesses
import Testing

@Suite("Large arrays of tasks on spawned workers", .timeLimit(.minutes(2)), .serialized)
struct LokyArraysTests {
    /// How many bytes of memory large arrays take at the moment.
    fileprivate static var sharedByteCount: Int {
        let folder = "/proc/self/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
            guard target?.hasPrefix("/memfd:joblib-arrays") == true, let number = Int32(name) else { continue }
            var status = stat()
            guard unsafe fstat(number, &status) == 0 else { continue }
            // In the first page both sides tell each other what they can read.
            return max(0, Int(status.st_blocks) * 512 - 4096)
        }
        return 0
    }

    /// An array of so many bytes.
    fileprivate static func array(_ byteCount: Int, _ seed: Int = 0) -> [Double] {
        (0..<byteCount / 8).map { Double(($0 + seed) & 1023) }
    }

    @Test("An array that many tasks carry is in shared memory once, and is decoded once in each worker")
    func once() async throws {
        await Self.settle()
        let array = Self.array(24 << 20)
        let before = Self.sharedByteCount
        let results = try await Parallel(nJobs: 2, backend: .loky, batchSize: 1)(
            (0..<16).map { _ in Delayed(ArraySum(values: array)) }
        )
        let sum = array.reduce(0, +)
        #expect(results.allSatisfy { $0.sum == sum })
        for (_, ofWorker) in Dictionary(grouping: results, by: \.pid) {
            #expect(Set(ofWorker.map(\.address)).count == 1)
        }
        #expect(Self.sharedByteCount - before <= 25 << 20)
    }

    @Test("Two arrays of equal content stay two, and the next call has its own")
    func distinct() throws {
        let (one, other) = (Self.array(3 << 20), Self.array(3 << 20))
        let tasks = [one, other, one, other].map { Delayed(ArraySum(values: $0)) }
        let call = Parallel(nJobs: 1, backend: .loky, batchSize: 1)
        let first = try call(tasks)
        #expect(first[0].address == first[2].address)
        #expect(first[1].address == first[3].address)
        #expect(first[0].address != first[1].address)
        #expect(Set(first.map(\.sum)).count == 1)
        var changed = one
        changed[0] += 1
        #expect(try call([Delayed(ArraySum(values: changed))])[0].sum == first[0].sum + 1)
    }

    @Test(
        "Only what is larger than maxNBytes is shared",
        arguments: [
            (1 << 20, nil, false), ((1 << 20) + 8, nil, true), (4096, 4088, true), (8 << 20, .unlimited, false),
        ]
            as [(Int, ByteCount?, Bool)]
    )
    func threshold(byteCount: Int, maxNBytes: ByteCount?, isShared: Bool) async throws {
        await Self.settle()
        let array = Self.array(byteCount)
        let call = Parallel(nJobs: 1, backend: .loky, batchSize: 1, maxNBytes: maxNBytes)
        let addresses = try await call((0..<2).map { _ in Delayed(HeldArray(values: array)) })
        #expect((addresses[0] == addresses[1]) == isShared)
    }

    @Test("mmapMode .disabled shares nothing")
    func disabled() async throws {
        await Self.settle()
        let array = Self.array(3 << 20)
        let call = Parallel(nJobs: 1, backend: .loky, mmapMode: .disabled)
        let addresses = try await call.run((0..<2).map { _ in Delayed(HeldArray(values: array)) })
        #expect(addresses[0] != addresses[1])
        #expect(Self.sharedByteCount == 0)
    }

    @Test("Workers that may read the caller's memory read arrays there, and others have them copied")
    func lent() async throws {
        guard geteuid() == 0 else { return Requirement("root", enforcedBy: "REQUIRE_ROOT").reportMissing() }
        await #expect(processExitsWith: .success) {
            let array = LokyArraysTests.array(3 << 20)
            // Its worker says what it can.
            _ = try await LokyArraysTests.sum([1])
            let sum = try await LokyArraysTests.sum(array)
            #expect(sum == array.reduce(0, +))
            #expect(LokyArraysTests.sharedByteCount == 0)
            // A change is one of the caller's copy.
            var changed = array
            changed[0] += 1
            let other = try await LokyArraysTests.sum(changed)
            #expect(other == sum + 1)
        }
        await #expect(processExitsWith: .success) {
            try LokyArraysTests.hideMemory()
            let array = LokyArraysTests.array(3 << 20)
            for _ in 0..<3 {
                let sum = try await LokyArraysTests.sum(array)
                #expect(sum == array.reduce(0, +))
            }
            #expect(LokyArraysTests.sharedByteCount > 0)
        }
    }

    /// The sum of an array, as a worker has it.
    private static func sum(_ array: [Double]) async throws -> Double {
        try await Parallel(nJobs: 1, backend: .loky).run([Delayed(ArraySum(values: array))])[0].sum
    }

    /// Lets no other process read this one's memory, not even root's.
    private static func hideMemory() throws {
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        // PR_CAPBSET_DROP of CAP_SYS_PTRACE, and PR_SET_DUMPABLE, which Glibc's module does not have.
        let control = unsafe unsafeBitCast(try #require(dlsym(nil, "prctl")), to: Control.self)
        try #require(control(24, 19, 0, 0, 0) == 0 && control(4, 0, 0, 0, 0) == 0)
    }

    @Test("Where a folder is named for large arrays they become files there, which nobody sees and nothing is left of")
    func folder() async throws {
        await Self.settle()
        let folder = NSTemporaryDirectory() + "joblib-folder-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let array = Self.array(3 << 20)
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1, tempFolder: folder)
        let results = try await call.run((0..<6).map { _ in Delayed(ArraySum(values: array)) })
        #expect(results.allSatisfy { $0.sum == array.reduce(0, +) })
        for (_, ofWorker) in Dictionary(grouping: results, by: \.pid) {
            #expect(Set(ofWorker.map(\.address)).count == 1)
        }
        #expect(Self.sharedByteCount == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test(
        "A folder that cannot be used is an error of the call, which names it",
        arguments: ["/nonexistent/x", "/proc"]
    )
    func wrongFolder(_ folder: String) throws {
        let call = Parallel(nJobs: 1, backend: .loky, tempFolder: folder)
        #expect {
            try call([Delayed(ArraySum(values: [1]))])
        } throws: { error in
            "\(error)".contains(folder) && error is ParallelError
        }
    }

    @Test("Arrays are shared at any depth, and arrive as they were")
    func nested() throws {
        let inner = Nested.Inner(floats: (0..<1_000_000).map(Float.init), optional: Array(0..<1_000_000))
        let task = Nested(
            inner: [inner, Nested.Inner(floats: [1], optional: nil)],
            byName: ["bytes": [UInt8](repeating: 7, count: 2 << 20), "few": [1, 2]],
            matrix: [[.nan, -0.0], Self.array(2 << 20)]
        )
        let results = try Parallel(nJobs: 2, backend: .loky)((0..<4).map { _ in Delayed(task) })
        for result in results {
            #expect(result.inner == task.inner)
            #expect(result.byName == task.byName)
            #expect(result.matrix[0].map(\.bitPattern) == task.matrix[0].map(\.bitPattern))
            #expect(result.matrix[1] == task.matrix[1])
        }
    }

    @Test("An array that is decoded as something else is brought in first")
    func otherType() throws {
        let value = Lengths([Int](repeating: 1, count: 1 << 18))
        #expect(try Parallel(nJobs: 1, backend: .loky)([Delayed(Echo(value: value))])[0] == value)
    }

    @Test("Large results come back in order, whatever takes them", arguments: [1000, 1 << 15, (1 << 15) + 1, 1 << 20])
    func results(count: Int) throws {
        let tasks = (0..<12).map { Delayed(Ramp(start: $0, count: count)) }
        let expected = (0..<12).map { start in (0..<count).map { Double(start + $0) } }
        #expect(try Parallel(nJobs: 2, backend: .loky)(tasks) == expected)
        let stream = try Parallel(nJobs: 2, backend: .loky, preDispatch: 3)(tasks, returnAs: .generator)
        var streamed: [[Double]] = []
        while let result = try stream.next() { streamed.append(result) }
        #expect(streamed == expected)
    }

    @Test("Workers that are killed in the middle cost nothing but time")
    func deaths() throws {
        let folder = NSTemporaryDirectory() + "joblib-arrays-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let array = Self.array(4 << 20)
        let sum = array.reduce(0, +)
        let tasks = (0..<12).map { Delayed(FragileSum(values: array, index: $0, folder: folder)) }
        #expect(try Parallel(nJobs: 2, backend: .loky)(tasks) == (0..<12).map { sum + Double($0) })
    }

    @Test(
        "A thousand calls with fresh arrays use the same memory again, here and in the workers",
        arguments: [false, true]
    )
    func flat(inFolder: Bool) async throws {
        await Self.settle()
        let folder = NSTemporaryDirectory() + "joblib-flat-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1, tempFolder: inFolder ? folder : nil)
        var (pids, largest) = (Set([getpid()]), 0)
        func use(_ round: Int) async throws {
            let array = [Double](repeating: Double(round), count: (1 << 17) + 1)
            let results = try await call.run((0..<2).map { _ in Delayed(EndsOf(values: array)) })
            #expect(results.allSatisfy { $0.sum == Double(2 * round) })
            pids.formUnion(results.map(\.pid))
            largest = max(largest, Self.sharedByteCount)
        }
        for round in 0..<100 { try await use(round) }
        let before = try Dictionary(uniqueKeysWithValues: pids.map { ($0, try Self.residentByteCount(of: $0)) })
        let descriptors = try Dictionary(uniqueKeysWithValues: pids.map { ($0, try Self.descriptorCount(of: $0)) })
        for round in 100..<1000 { try await use(round) }
        #expect(pids.count == before.count)
        for (pid, byteCount) in before {
            // Each call has a megabyte, here and in each worker.
            #expect(try Self.residentByteCount(of: pid) - byteCount < 24 << 20, "process \(pid)")
            #expect(try Self.descriptorCount(of: pid) - descriptors[pid]! <= 16, "process \(pid)")
        }
        #expect(largest < 4 << 20)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    private static func residentByteCount(of pid: Int32) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    }

    private static func descriptorCount(of pid: Int32) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    @Test("A thousand small arrays take no shared memory")
    func small() async throws {
        await Self.settle()
        let tasks = (0..<1000).map { Delayed(Ends(values: [Double](repeating: Double($0), count: 1000))) }
        #expect(try await Parallel(nJobs: 2, backend: .loky).run(tasks) == (0..<1000).map { Double(2 * $0) })
        #expect(Self.sharedByteCount == 0)
    }

    @Test("A stream of tasks with fresh arrays takes no more memory than those on their way")
    func stream() async throws {
        await Self.settle()
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1)
        let results = try call(
            (0..<200).lazy.map { Delayed(Ends(values: [Double](repeating: Double($0), count: (1 << 17) + 1))) },
            returnAs: .generator
        )
        var (sum, largest) = (0.0, 0)
        for try await result in results {
            sum += result
            largest = max(largest, Self.sharedByteCount)
        }
        #expect(sum == 199 * 200)
        // Each takes a megabyte, and a page.
        #expect(largest < 40 << 20, "\(largest) bytes")
    }

    @Test("Calls at once that share an array each have it until they are done")
    func concurrently() throws {
        let array = Self.array(2 << 20)
        let sum = array.reduce(0, +)
        let failures = ThreadCrowd()
            .run(4) { _ in
                for _ in 0..<20 {
                    let results = try Parallel(nJobs: 2, backend: .loky)(
                        (0..<4).map { _ in Delayed(ArraySum(values: array)) }
                    )
                    #expect(results.allSatisfy { $0.sum == sum })
                }
            }
        #expect(failures.isEmpty, "\(failures)")
    }

    /// Lets nothing of earlier calls be in memory.
    private static func settle() async {
        await LokyBackend.shutDownIdleWorkers()
        #expect(self.sharedByteCount == 0)
    }
}
