// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import Joblib
import Synchronization

/// The first two wait for each other, half a minute at most, and at their first attempt kill each other's workers.
struct Duel: PortableTask {
    var index: Int
    var path: String

    func run() throws -> Int {
        guard self.index < 2, TaskContext.current?.attempt == 1 else { return self.index }
        try self.note("\(self.index)", "\(getpid())")
        let other = "\(self.path)/\(1 - self.index)"
        for _ in 0..<30_000 {
            if let pid = (try? String(contentsOfFile: other, encoding: .utf8)).flatMap({ Int32($0) }) {
                try self.note("shot\(pid)", "")
                kill(pid, SIGKILL)
                return self.index
            }
            usleep(1000)
        }
        return -1
    }

    private func note(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(self.path)/\(name)", atomically: true, encoding: .utf8)
    }
}

/// Crashes for one value when it is released in the worker.
struct Fused: PortableTask {
    var value: Int
    var culprit: Int
    var fuse = Fuse()

    func run() -> Int {
        if self.value == self.culprit { self.fuse.light() }
        return self.value
    }
}

final class Fuse: Codable, Sendable {
    private let isLit = Atomic<Bool>(false)

    init() {}

    init(from decoder: any Decoder) throws { _ = try decoder.singleValueContainer().decode(Bool.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.isLit.load(ordering: .relaxed))
    }

    func light() { self.isLit.store(true, ordering: .relaxed) }

    deinit { if self.isLit.load(ordering: .relaxed) { fatalError("released") } }
}

/// Tries to give its worker's memory another size, and says what has come of it.
struct Resizing: PortableTask {
    var descriptor: Int32

    func run() throws -> [String] {
        let file = "/proc/self/fd/\(self.descriptor)"
        let name = try FileManager.default.destinationOfSymbolicLink(atPath: file)
        return [name] + [0, 1 << 30].map { ftruncate(self.descriptor, $0) == 0 ? "done" : "\(errno)" }
    }
}
