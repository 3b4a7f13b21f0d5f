// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import Synchronization

/// Says that it has begun, waits until it may end, a minute at most, and returns the id of its process.
struct Held: PortableTask {
    var index: Int
    var folder: String

    init(_ index: Int, _ rendezvous: Rendezvous) {
        self.index = index
        self.folder = rendezvous.path
    }

    func run() throws -> Int32 {
        close(creat("\(self.folder)/begun-\(self.index)-\(getpid())-\(UInt32.random(in: 0...(.max)))", 0o600))
        for _ in 0..<60_000 {
            if access("\(self.folder)/go", F_OK) == 0 { return getpid() }
            if access("\(self.folder)/go-\(self.index)", F_OK) == 0 { return getpid() }
            if access("\(self.folder)/go-\(self.index)-\(getpid())", F_OK) == 0 { return getpid() }
            // The worker of a call that is over, or of a task that was done elsewhere.
            if TaskContext.current?.isCancelled == true {
                close(creat("\(self.folder)/cancelled-\(self.index)-\(getpid())", 0o600))
                return -1
            }
            usleep(1000)
        }
        return 0
    }
}

/// The id of the worker's process, after some time.
struct WorkerPID: PortableTask {
    var milliseconds: UInt32 = 0

    func run() -> Int32 {
        usleep(self.milliseconds * 1000)
        return getpid()
    }
}

/// The value of a variable in the worker.
struct WorkerVariable: PortableTask {
    var name: String

    func run() -> String? { unsafe getenv(self.name).map { unsafe String(cString: $0) } }
}

/// So many bytes, which follow from a number.
struct Bytes: PortableTask {
    var count: Int
    var seed: UInt8

    func run() -> [UInt8] { (0..<self.count).map { UInt8(truncatingIfNeeded: $0 &* 31) ^ self.seed } }
}

/// The sum of what it is given.
struct Sum: PortableTask {
    var bytes: [UInt8]

    func run() -> Int { self.bytes.reduce(0) { $0 + Int($1) } }
}

/// How long a text is, which travels inside of its batch.
struct Length: PortableTask {
    /// How often one was encoded in this process.
    static let encodings = Mutex(0)

    var text: String

    init(of text: String) { self.text = text }

    init(from decoder: any Decoder) throws { self.text = try decoder.singleValueContainer().decode(String.self) }

    func encode(to encoder: any Encoder) throws {
        Self.encodings.withLock { $0 += 1 }
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }

    func run() -> Int { self.text.utf8.count }
}

/// Ends its worker for one index, or never ends.
struct Fatal: PortableTask {
    enum Kind: String, Codable, Sendable { case trap, kill, endless, error }

    struct Meant: Error {}

    var index: Int
    var culprit: Int
    var kind: Kind

    func run() throws -> Int {
        guard self.index == self.culprit else { return self.index }
        switch self.kind {
        case .trap: fatalError("meant so")
        case .kill: kill(getpid(), SIGKILL)
        case .endless: while true { usleep(1000) }
        case .error: throw Meant()
        }
        return -1
    }
}

/// How many of its kind are at it at once.
struct Crowd: PortableTask {
    var folder: String

    func run() -> Int {
        let path = "\(self.folder)/in-\(UInt64.random(in: 0...(.max)))"
        close(creat(path, 0o600))
        defer { unlink(path) }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.folder)) ?? []
        usleep(10_000)
        return names.count { $0.hasPrefix("in-") }
    }
}

/// Throws at its first attempts.
struct Flaky: PortableTask {
    var index: Int
    var failures: Int

    func run() throws -> Int {
        if let attempt = TaskContext.current?.attempt, attempt <= self.failures { throw Fatal.Meant() }
        return self.index
    }
}

/// A number that follows from the seed.
struct Draw: PortableTask {
    func run() -> Double {
        guard let context = TaskContext.current else { return .nan }
        var generator = context.randomNumberGenerator
        return Double.random(in: 0..<1, using: &generator)
    }
}

/// A loop in a task.
struct SumOfRoots: PortableTask {
    var count: Int

    func run() throws -> Double {
        try Parallel(nJobs: 2)((0..<self.count).map { Delayed(Root(of: Double($0 * $0))) }).reduce(0, +)
    }
}

/// The square root of a number.
struct Root: PortableTask {
    var number: Double

    init(of number: Double) { self.number = number }

    func run() throws -> Double { self.number.squareRoot() }
}

#endif
