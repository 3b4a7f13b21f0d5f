// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Reading the input of the asynchronous forms", .timeLimit(.minutes(1)))
struct AsynchronousReadingTests {
    // In a child: input that was formed on the main actor and is read elsewhere traps.
    @Test("A lazy sequence is read in the caller's isolation alone")
    func readByTheCaller() async {
        await #expect(processExitsWith: .success) {
            for nJobs in [1, 2, 4] {
                let reads = try await Self.readsOnMainActor(nJobs)
                #expect(reads == 200)
            }
        }
    }

    @MainActor
    private static func readsOnMainActor(_ nJobs: Int) async throws -> Int {
        // Unprotected: whoever else read it would race.
        var reads = 0
        let tasks = (0..<200).lazy
            .map { index in
                reads += 1
                return delayed { index }
            }
        _ = try await Parallel(nJobs: nJobs).run(tasks)
        return reads
    }

    @Test("A lazy sequence is read no further ahead than preDispatch", arguments: [1, 2, 8])
    func bound(_ preDispatch: Int) async throws {
        let (reads, finished) = (Tally(), Tally())
        let farthest = Monitor(0)
        let tasks = (0..<300).lazy
            .map { index in
                let ahead = reads.add() - finished.count
                farthest.update { $0 = max($0, ahead) }
                return delayed {
                    finished.add()
                    return index
                }
            }
        #expect(try await Parallel(nJobs: 4, preDispatch: PreDispatch(preDispatch)).run(tasks) == Array(0..<300))
        #expect(farthest.value <= preDispatch)
    }

    @Test("Cancelling the calling task ends the reading, while every worker is busy", arguments: [1, 2, 4])
    func cancellation(_ nJobs: Int) async throws {
        let (started, running) = (Tally(), Tally())
        let call = Task {
            try await Parallel(nJobs: nJobs)
                .run(
                    (0..<1000).lazy
                        .map { _ in
                            delayed {
                                started.add()
                                running.add()
                                defer { running.add(-1) }
                                while TaskContext.current?.isCancelled == false { sched_yield() }
                            }
                        }
                )
        }
        while started.count < nJobs { await Task.yield() }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(running.count == 0)
        #expect(started.count == nJobs)
    }
}
