// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import TestProcesses
import Testing

@Suite("Large arrays that their folder has no room for", .timeLimit(.minutes(1)), .serialized)
struct LokyRoomTests {
    private static let root = Requirement("root, who may mount", enforcedBy: "REQUIRE_ROOT")

    /// A folder of a disk that has one megabyte.
    private struct SmallDisk {
        let folder = NSTemporaryDirectory() + "joblib-disk-\(getpid())"

        /// `nil` for who may not mount one.
        init?() {
            mkdir(self.folder, 0o700)
            if mount("joblib-tests", self.folder, "tmpfs", 0, "size=1m") != 0 {
                rmdir(self.folder)
                LokyRoomTests.root.reportMissing()
                return nil
            }
        }

        func remove() {
            umount2(self.folder, Int32(MNT_DETACH))
            rmdir(self.folder)
        }

        var freeByteCount: Int {
            var status = statvfs()
            return statvfs(self.folder, &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : -1
        }
    }

    private static func array(_ byteCount: Int, _ number: Double) -> [Double] {
        [Double](repeating: number, count: byteCount / 8)
    }

    @Test("What it has no room for is sent, and what it has room for is not")
    func noRoom() throws {
        guard let disk = SmallDisk() else { return }
        defer { disk.remove() }
        let folder = disk.folder
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1, tempFolder: folder, maxNBytes: "100K")
        let (large, small, other) = (Self.array(3 << 20, 1), Self.array(700_000, 2), Self.array(700_000, 3))
        let results = try call((0..<9).map { Delayed(ArraySum(values: [large, small, other][$0 % 3])) })
        for (index, result) in results.enumerated() {
            #expect(result.sum == [large, small, other][index % 3].reduce(0, +))
        }
        // Of the two that fit the first is in the folder, and decoded once in each worker.
        for (_, ofWorker) in Dictionary(grouping: stride(from: 1, to: 9, by: 3).map { results[$0] }, by: \.pid) {
            #expect(Set(ofWorker.map(\.address)).count == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test("Calls in a row take no more of the folder than it has, and give all of it back with the workers")
    func inARow() async throws {
        guard let disk = SmallDisk() else { return }
        defer { disk.remove() }
        let free = disk.freeByteCount
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1, tempFolder: disk.folder, maxNBytes: "100K")
        for round in 0..<20 {
            let array = Self.array(600_000, Double(round))
            let results = try await call.run((0..<4).map { _ in Delayed(Ends(values: array)) })
            #expect(results == [Double](repeating: Double(2 * round), count: 4))
        }
        await LokyBackend.shutDownIdleWorkers()
        // The kernel frees what an ended process had mapped a moment later.
        let deadline = Date(timeIntervalSinceNow: 20)
        while disk.freeByteCount < free, Date() < deadline { usleep(10_000) }
        #expect(disk.freeByteCount == free)
    }

    @Test("A disk that is full is an error of the call, which names the folder, and nobody is started for it")
    func full() throws {
        guard let disk = SmallDisk() else { return }
        defer { disk.remove() }
        let folder = disk.folder
        let file = open("\(folder)/filling", O_CREAT | O_WRONLY, 0o600)
        defer { close(file) }
        while write(file, Self.array(4096, 0), 4096) == 4096 {}
        #expect(disk.freeByteCount == 0)
        let error = #expect(throws: ParallelError.self) {
            try Parallel(nJobs: 1, backend: .loky, tempFolder: folder)([Delayed(Ends(values: [1]))])
        }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.detail.contains("'\(folder)'") == true, "\(error?.detail ?? "")")
    }

    @Test("A shared array that it has no room for is an error before any of it is written")
    func sharedArray() throws {
        guard let disk = SmallDisk() else { return }
        defer { disk.remove() }
        let folder = disk.folder
        let error = #expect(throws: ParallelError.self) {
            try SharedArray<Double>(zeros: 1 << 18, tempFolder: folder)
        }
        #expect(error?.code == .resourceExhausted)
        let array = try SharedArray(Self.array(800_000, 1), tempFolder: folder)
        let second = #expect(throws: ParallelError.self) {
            try SharedArray(Self.array(800_000, 1), tempFolder: folder)
        }
        #expect(second?.code == .resourceExhausted)
        // All that was promised is there.
        array.withMutableSpan { span in for index in span.indices { span[index] = 2 } }
        #expect([Double](array) == Self.array(800_000, 2))
    }

    @Test("A folder that may not be written to is an error of the call")
    func notWritable() async {
        await #expect(processExitsWith: .success) {
            let folder = NSTemporaryDirectory() + "joblib-locked-\(getpid())"
            mkdir(folder, 0o555)
            defer { rmdir(folder) }
            // Nothing is forbidden to root.
            if geteuid() == 0 { seteuid(65_534) }
            let error = #expect(throws: ParallelError.self) {
                try Parallel(nJobs: 1, backend: .loky, tempFolder: folder).run([Delayed(Ends(values: [1]))])
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail.contains("'\(folder)'") == true, "\(error?.detail ?? "")")
            seteuid(0)
        }
    }
}
