// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibCore
import JoblibWire
import Synchronization
import Testing

/// Workers that do nothing until a test says so.
private final class Hoard: ShippingBackend {
    struct State {
        var batches: [Batch] = []
        var most = 0
    }

    private let workers: Int
    private let bytesAhead: Int?
    let state = Mutex(State())

    init(workers: Int, bytesAhead: Int?) {
        self.workers = workers
        self.bytesAhead = bytesAhead
    }

    let displayName = "Hoard"

    var taskCoder: any TaskCoder { BinaryCoder(trust: .none) }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        if let bytesAhead { capabilities.bytesAhead = bytesAhead }
        return capabilities
    }

    func open(_ request: OpenRequest) throws -> any WorkerSession { Session(self) }

    /// Has a worker do one of those that it has; whether there was one.
    func work() throws -> Bool {
        guard let batch = self.state.withLock({ $0.batches.isEmpty ? nil : $0.batches.removeFirst() }) else {
            return false
        }
        try PortableWorker.execute(
            batch.payload,
            coder: BinaryCoder(trust: .none),
            workerIndex: 0,
            isCancelled: { false },
            overrun: {},
            send: { batch.accept($0) }
        )
        batch.finish()
        return true
    }

    private final class Session: WorkerSession {
        let hoard: Hoard

        init(_ hoard: Hoard) { self.hoard = hoard }

        var workers: Int { self.hoard.workers }

        func submit(_ batch: Batch) throws {
            self.hoard.state.withLock { state in
                state.batches.append(batch)
                state.most = max(state.most, state.batches.count)
            }
        }
    }
}

@Suite("How much is sent ahead", .timeLimit(.minutes(1)))
struct ShippedBytesTests {
    private static let byteCount = 256 << 10

    private func wait(_ what: String, until condition: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while try !condition() {
            try #require(Date() < deadline, "waited in vain: \(what)")
            Thread.sleep(forTimeInterval: 0.0005)
        }
    }

    @Test(
        "Batches of which there are enough bytes wait, but for one for each worker that has none",
        arguments: [(1 << 20, 8), (0, 8), (12 * byteCount, 12), (nil, 16)] as [(Int?, Int)]
    )
    func bytes(bytesAhead: Int?, most: Int) throws {
        let hoard = Hoard(workers: 8, bytesAhead: bytesAhead)
        let taskCount = 60
        let results = Mutex<Result<[Int], any Error>?>(nil)
        Thread.detachNewThread {
            let tasks = (0..<taskCount)
                .map { Delayed(Count(values: [UInt8](repeating: UInt8($0), count: Self.byteCount))) }
            let result = Result { try Parallel(nJobs: 8, backend: .instance(hoard), batchSize: 1)(tasks) }
            results.withLock { $0 = result }
        }
        // Each that is done is followed by another, and never by two.
        for done in 0..<taskCount {
            let due = min(most, taskCount - done)
            try self.wait("\(due) batches after \(done)") { hoard.state.withLock { $0.batches.count } >= due }
            #expect(try hoard.work())
        }
        try self.wait("the end") { results.withLock { $0 != nil } }
        #expect(try results.withLock { $0 }?.get() == [Int](repeating: Self.byteCount, count: taskCount))
        #expect(hoard.state.withLock { $0.most } == most)
    }

    @Test("Calls of one pool share what may be ahead, and each goes on")
    func pool() throws {
        let hoard = Hoard(workers: 4, bytesAhead: Self.byteCount)
        let ended = Mutex(0)
        try Parallel(nJobs: 4, backend: .instance(hoard), batchSize: 1)
            .withPool { pool in
                for _ in 0..<2 {
                    Thread.detachNewThread {
                        let tasks = (0..<12)
                            .map { _ in Delayed(Count(values: [UInt8](repeating: 1, count: Self.byteCount))) }
                        let counts = try? pool(tasks)
                        ended.withLock { $0 += counts?.count ?? 0 }
                    }
                }
                try self.wait("both have all that they may") { hoard.state.withLock { $0.batches.count } == 8 }
                try self.wait("the ends") {
                    _ = try hoard.work()
                    return ended.withLock { $0 } == 24
                }
            }
        #expect(hoard.state.withLock { $0.most } == 8)
    }
}
