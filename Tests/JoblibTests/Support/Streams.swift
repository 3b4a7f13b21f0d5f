// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// Lazy tasks that count how many were read and how many have begun and ended, each with its own number as output.
final class NumberedTasks: Sendable {
    let reads = Tally()
    let begun = Tally()
    let ended = Tally()

    func sequence(
        _ range: Range<Int>,
        _ body: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) -> some Sequence<Delayed<Int>> {
        range.lazy.map { index in
            self.reads.add()
            return delayed {
                self.begun.add()
                defer { self.ended.add() }
                try body(index)
                return index
            }
        }
    }
}

extension ParallelResults {
    /// Takes up to `limit` results, in the calling thread.
    func take(_ limit: Int = .max) throws -> [Output] {
        var outputs: [Output] = []
        while outputs.count < limit, let output = try self.next() { outputs.append(output) }
        return outputs
    }

    /// Takes all results, in the calling task.
    func takeSuspending() async throws -> [Output] {
        var outputs: [Output] = []
        for try await output in self { outputs.append(output) }
        return outputs
    }
}

extension GeneratorKind {
    /// Both.
    static var all: [GeneratorKind] { [.generator, .generatorUnordered] }
}

/// Gives every thread of the library something to do, so that whatever a loop might still begin, it would have begun.
func letOthersWork() throws {
    for _ in 0..<20 { try Parallel(nJobs: 4).forEach(0..<64) { _ in _ = sched_yield() } }
}

/// Blocks a task until its call is cancelled.
///
/// - Throws: ``NobodyCame`` after 20 seconds.
func waitUntilCancelled() throws {
    let start = ContinuousClock.now
    while TaskContext.current?.isCancelled == false {
        guard ContinuousClock.now - start < .seconds(20) else { throw NobodyCame(state: "not cancelled") }
        usleep(1000)
    }
}

/// Runs a closure that blocks in a thread of its own, and suspends the caller meanwhile.
func offThePool<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        let work = Unmanaged.passRetained(BlockingWork { continuation.resume(with: Result(catching: body)) })
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                Unmanaged<BlockingWork>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            },
            work.toOpaque()
        )
        precondition(status == 0, "no thread could be started")
        pthread_detach(thread)
    }
}

private final class BlockingWork: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

/// An object that tells when it is released.
final class Canary: Sendable {
    private let released: Tally

    init(_ released: Tally) {
        self.released = released
    }

    deinit {
        self.released.add()
    }
}
