// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import JoblibPOSIX
import Synchronization
import Testing

/// Two forked workers.
let forking = Parallel(nJobs: 2, backend: .multiprocessing)

/// An error that can be encoded.
enum Mishap: Error, Codable, Equatable {
    case number(Int)
    case text(String)
}

/// One that cannot.
struct Opaque: Error, CustomStringConvertible {
    let action: @Sendable () -> Void

    var description: String { "an opaque mishap" }
}

/// Returns the failure that a call throws.
func taskFailure<T>(_ body: () throws -> T) throws -> TaskFailure {
    try #require(throws: TaskFailure.self) { _ = try body() }
}

/// Returns the refusal that a call throws.
func refusal<T>(_ body: () throws -> T) throws -> ParallelError {
    try #require(throws: ParallelError.self) { _ = try body() }
}

/// Keeps the optimiser from knowing a number.
@inline(never)
func opaque<T>(_ value: T) -> T { value }

/// Memory that tasks in forked workers and the test see.
final class SharedCounters: Sendable {
    private let region: SharedRegion

    init() throws {
        self.region = try SharedRegion(byteCount: 4096)
    }

    /// Adds 1 to a counter, 0 to 511; from any process.
    func add(_ index: Int) {
        _ = unsafe self.pointer(index).pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    func value(_ index: Int) -> Int {
        unsafe self.pointer(index).pointee.load(ordering: .sequentiallyConsistent)
    }

    /// Waits until a counter has come so far, or half a minute has passed; from any process.
    func reach(_ count: Int, _ index: Int = 0) {
        let deadline = MonotonicClock.now + 30_000_000_000
        while self.value(index) < count, MonotonicClock.now < deadline { usleep(1000) }
    }

    private func pointer(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        unsafe self.region.start.assumingMemoryBound(to: Atomic<Int>.self) + index
    }
}
