// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// Returns a text, which travels inside of the answer however long it is.
struct LongText: PortableTask {
    var byteCount: Int

    func run() -> String { String(repeating: "x", count: self.byteCount) }
}

@Suite("Messages that are larger than the memory that they go through", .timeLimit(.minutes(2)))
struct LargeMessagesTests {
    @Test("A large result arrives in the time of as many bytes in small ones")
    func throughput() throws {
        let call = Parallel(nJobs: 1, backend: .loky, batchSize: 1)
        _ = try call([Delayed(LongText(byteCount: 1))])
        func time(_ tasks: [LongText]) throws -> Duration {
            let start = ContinuousClock.now
            let texts = try call(tasks.map { Delayed($0) })
            #expect(texts.map(\.utf8.count) == tasks.map(\.byteCount))
            return ContinuousClock.now - start
        }
        // A ring has 256 KiB: each of these fits, and the large one fills it hundreds of times.
        let small = try time((0..<512).map { _ in LongText(byteCount: 100_000) })
        let large = try time([LongText(byteCount: 51_200_000)])
        // A wait for each filling that nobody ends, but for a limit of 0.1 s, made it eight times as long and more.
        #expect(large < small * 5, "\(large), and \(small) in parts")
    }
}
