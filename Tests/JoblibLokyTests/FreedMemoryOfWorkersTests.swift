// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import Testing

/// Fills an array and lets go of it, and says in which process, and how much memory that has then.
struct Fleeting: PortableTask {
    struct Result: Codable, Sendable {
        var pid: Int32
        var byteCount: Int
    }

    var byteCount: Int

    func run() throws -> Result {
        var array = [UInt8](repeating: 1, count: self.byteCount)
        array[0] = array[array.count - 1] &+ 1
        let pid = array[0] == 2 ? getpid() : 0
        array = []
        return Result(pid: pid, byteCount: try Self.residentByteCount)
    }

    /// How much memory this process has, in bytes.
    static var residentByteCount: Int {
        get throws {
            let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
        }
    }
}

@Suite("What workers free", .timeLimit(.minutes(2)), .serialized)
struct FreedMemoryOfWorkersTests {
    private static let large = 96 << 20

    /// A worker of its own, which has had a large array.
    private static func call(_ test: String) -> Parallel {
        Parallel(nJobs: 1, backend: .loky, backendParams: [.environment(["FREED_MEMORY_TEST": test])])
    }

    @Test("Memory of a large array is kept for the next, and given back by a worker that has nothing to do")
    func idle() throws {
        let call = Self.call("idle")
        let result = try call([Delayed(Fleeting(byteCount: Self.large))])[0]
        #expect(result.byteCount > Self.large)
        let deadline = ContinuousClock.now + .seconds(25)
        func isLarge() throws -> Bool {
            let text = try String(contentsOfFile: "/proc/\(result.pid)/statm", encoding: .utf8)
            let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return pages * Int(getpagesize()) > Self.large / 2
        }
        while try isLarge(), ContinuousClock.now < deadline { usleep(50_000) }
        #expect(try !isLarge())
        #expect(kill(result.pid, 0) == 0)
    }

    @Test("It is given back by a worker as well that is never without work")
    func busy() throws {
        let call = Self.call("busy")
        let first = try call([Delayed(Fleeting(byteCount: Self.large))])[0]
        let deadline = ContinuousClock.now + .seconds(50)
        var last = first
        while last.byteCount > Self.large / 2, ContinuousClock.now < deadline {
            last = try call([Delayed(Fleeting(byteCount: 1))])[0]
            #expect(last.pid == first.pid)
            usleep(10_000)
        }
        #expect(last.byteCount < Self.large / 2)
    }

    @Test("A worker that may have little memory is not ended for what it only keeps")
    func limited() throws {
        let call = Parallel(
            nJobs: 1,
            backend: .loky,
            batchSize: 1,
            backendParams: [.environment(["FREED_MEMORY_TEST": "limited"]), .maxWorkerMemory(ByteCount(Self.large))]
        )
        let results = try call((0..<3).map { _ in Delayed(Fleeting(byteCount: Self.large - (8 << 20))) })
        #expect(Set(results.map(\.pid)).count == 1)
    }
}
