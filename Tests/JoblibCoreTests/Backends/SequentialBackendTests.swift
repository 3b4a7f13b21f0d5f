// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibCore

struct SequentialBackendTests {
    @Test("Every task runs in the calling thread, in order, whatever the number of jobs")
    func order() throws {
        let seen = Mutex<[Int]>([])
        let caller = PlatformThread.currentID
        try Parallel(nJobs: 4, backend: .sequential)
            .forEach(0..<100) { index in
                #expect(PlatformThread.currentID == caller)
                seen.withLock { $0.append(index) }
            }
        #expect(seen.withLock { $0 } == Array(0..<100))
    }

    @Test("It has no workers to open")
    func noWorkers() throws {
        #expect(!SequentialBackend().capabilities.hasWorkers)
        let error = try #require(throws: ParallelError.self) {
            _ = try SequentialBackend().open(OpenRequest(workers: 1))
        }
        #expect(error.code == .noWorkers)
    }
}
