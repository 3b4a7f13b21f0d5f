// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

// What the workers of these tests run.

struct Square: PortableTask {
    var value: Int
    func run() -> Int { self.value * self.value }
}

/// Returns what it was given, which may be large.
struct Echo<Value: Codable & Sendable>: PortableTask {
    var value: Value
    func run() -> Value { self.value }
}

/// Traps while it is encoded.
struct TrapsEncoding: PortableTask {
    var name = ""

    init() {}

    init(from decoder: any Decoder) throws {}

    func encode(to encoder: any Encoder) throws { fatalError("meant so, while encoding") }

    func run() -> Int { 0 }
}

/// The id of the worker's process.
struct ProcessID: PortableTask {
    var index = 0

    func run() -> Int32 { getpid() }
}

/// The value of a variable in the worker.
struct Variable: PortableTask {
    var name: String

    func run() -> String? { unsafe getenv(self.name).map { unsafe String(cString: $0) } }
}

/// Crashes for one value, and returns any other.
struct Crashing: PortableTask {
    var value: Int
    var culprit: Int
    var crash: Crash

    func run() -> Int {
        if self.value == self.culprit { self.crash.happen() }
        return self.value
    }
}

/// Ways in which a task ends its process.
enum Crash: String, CaseIterable, Codable, Sendable {
    case outOfBounds, fatal, abort, null, exit, exitWell

    /// The signal that ends the process; `nil` when it exits.
    var signal: Int32? {
        switch self {
        case .outOfBounds, .fatal: SIGILL
        case .abort: SIGABRT
        case .null: SIGSEGV
        case .exit, .exitWell: nil
        }
    }

    @inline(never)
    func happen() {
        switch self {
        case .outOfBounds: _ = opaque([1])[opaque(1)]
        case .fatal: fatalError("meant so")
        case .abort: Glibc.abort()
        case .null: unsafe opaque(UnsafeMutablePointer<Int>(bitPattern: 8))!.pointee = 1
        case .exit: Glibc.exit(3)
        case .exitWell: Glibc.exit(0)
        }
    }
}

/// Is killed from outside, or stopped, as often as a file has bytes to say so.
struct Killed: PortableTask {
    var value: Int
    var culprit: Int
    var count: Int
    var path: String
    var signal = SIGKILL

    func run() -> Int {
        guard self.value == self.culprit else { return self.value }
        let file = open(self.path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        _ = unsafe write(file, "x", 1)
        let size = lseek(file, 0, SEEK_END)
        close(file)
        if size <= self.count { kill(getpid(), self.signal) }
        return self.value
    }
}

/// Does not return by itself.
struct Endless: PortableTask {
    var value: Int

    @inline(never)
    func run() -> Int {
        var count = 0
        while self.value == opaque(1) { count &+= opaque(1) }
        return count
    }
}

/// Draws a number, and takes some microseconds for it.
struct Drawing: PortableTask {
    var value: Int
    var pause: UInt32

    func run() -> Double {
        usleep(self.pause)
        guard let context = TaskContext.current else { return .nan }
        var generator = context.randomNumberGenerator
        return sin(Double(self.value)) + Double.random(in: 0..<1, using: &generator)
    }
}

/// The first one waits until three others have been run, half a minute at most.
struct Meeting: PortableTask {
    var index: Int
    var path: String

    func run() -> Int {
        let file = open(self.path, O_RDWR | O_APPEND | O_CREAT, 0o600)
        defer { close(file) }
        guard self.index == 0 else {
            _ = unsafe write(file, "x", 1)
            return self.index
        }
        for _ in 0..<30_000 where lseek(file, 0, SEEK_END) < 3 { usleep(1000) }
        return lseek(file, 0, SEEK_END) < 3 ? -1 : 0
    }
}

/// Throws for one value.
struct Throwing: PortableTask {
    var value: Int
    var culprit: Int

    func run() throws -> Int {
        if self.value == self.culprit { throw Mishap.number(self.value) }
        return self.value
    }
}

enum Mishap: Error, Codable, Equatable {
    case number(Int)
    case text(String)
}

/// Keeps the optimiser from knowing a number.
@inline(never)
func opaque<T>(_ value: T) -> T { value }

/// Two workers.
let loky = Parallel(nJobs: 2, backend: .loky)

/// Returns the failure that a call throws.
func taskFailure<T>(_ body: () throws -> T) throws -> TaskFailure {
    try #require(throws: TaskFailure.self) { _ = try body() }
}

/// Runs a thousand tasks on the same pool.
func expectHealth(_ parallel: Parallel = loky) throws {
    #expect(try parallel((0..<1000).map { Delayed(Square(value: $0)) }) == (0..<1000).map { $0 * $0 })
}
