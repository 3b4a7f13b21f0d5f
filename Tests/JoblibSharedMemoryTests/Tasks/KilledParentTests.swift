// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import JoblibPOSIX
import TestProcesses
import Testing

@Suite("Programs with shared arrays that are killed", .timeLimit(.minutes(1)), .serialized)
struct KilledParentTests {
    private static let probe = BuildProducts.program("shared-probe")

    @Test(
        "Nothing is left in any folder, and no worker that has the memory",
        arguments: ["threading", "multiprocessing", "loky"]
    )
    func killed(_ backend: String) throws {
        let scratch = try Scratch()
        let before = Set(Folder.names(in: "/dev/shm"))
        let process = Process()
        let output = Pipe()
        process.executableURL = Self.probe
        process.arguments = [backend, scratch.path]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        // Each of two tasks says in which process it has touched both arrays.
        while text.split(separator: "\n").count < 2 || !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "it ended too early: \(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        #expect(scratch.names.isEmpty)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(scratch.names.isEmpty)
        #expect(Set(Folder.names(in: "/dev/shm")).subtracting(before).isEmpty)
        let pids = text.split(separator: "\n").compactMap { Int($0) }
        #expect(pids.count == 2)
        let deadline = MonotonicClock.now + 5_000_000_000
        while pids.contains(where: { Self.hasMemory($0) }), MonotonicClock.now < deadline { usleep(10_000) }
        #expect(!pids.contains { Self.hasMemory($0) })
    }

    /// Whether a process maps anything: one that has ended, and is only to be waited for, does not.
    private static func hasMemory(_ pid: Int) -> Bool {
        guard let file = FileHandle(forReadingAtPath: "/proc/\(pid)/maps") else { return false }
        return (try? file.readToEnd())?.isEmpty == false
    }
}
