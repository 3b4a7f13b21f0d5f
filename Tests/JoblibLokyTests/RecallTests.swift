// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import JoblibLoky
import Synchronization
import Testing

/// Sends each batch on to `loky`, and counts them.
private final class Counting: ShippingBackend {
    let loky: LokyBackend
    let batches = Mutex<[String]>([])
    let session = Mutex<(any WorkerSession)?>(nil)

    init() throws { self.loky = try LokyBackend(BackendRequest(name: "loky")) }

    var capabilities: BackendCapabilities { self.loky.capabilities }
    var taskCoder: any TaskCoder { self.loky.taskCoder }

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        let session = try self.loky.open(request)
        self.session.withLock { $0 = session }
        return CountingSession(self, session)
    }

    var count: Int { self.batches.withLock { $0.count } }
}

private final class CountingSession: WorkerSession {
    private let backend: Counting
    private let session: any WorkerSession

    init(_ backend: Counting, _ session: any WorkerSession) {
        self.backend = backend
        self.session = session
    }

    var workers: Int { self.session.workers }

    func submit(_ batch: Batch) throws {
        self.backend.batches.withLock { $0.append(batch.description) }
        try self.session.submit(batch)
    }

    func begin(_ call: CallDescription) throws { try self.session.begin(call) }

    func cancel(_ call: CallID) { self.session.cancel(call) }

    func end(_ call: CallID, _ reason: CallEnd) { self.session.end(call, reason) }

    func close() { self.session.close() }
}

/// Says by one file that it has begun, and waits for another one.
struct Held: PortableTask {
    var index: Int
    var folder: String

    func run() -> Int {
        let files = FileManager.default
        _ = files.createFile(atPath: "\(self.folder)/begun \(self.index)", contents: nil)
        while !files.fileExists(atPath: "\(self.folder)/go on") { Thread.sleep(forTimeInterval: 0.002) }
        return self.index
    }
}

@Suite("A session of loky that is asked to give back", .timeLimit(.minutes(1)))
struct RecallTests {
    @Test("fails what its workers have not begun as not begun, and goes on with what they are at")
    func recall() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "recall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let backend = try Counting()
        // More than one batch for the one worker, of which it has begun the first.
        try #require(backend.capabilities.batchesAhead > 1)
        Thread.detachNewThread {
            let begun = folder.appending(path: "begun 0").path
            while !FileManager.default.fileExists(atPath: begun) || backend.count < 2 {
                Thread.sleep(forTimeInterval: 0.002)
            }
            let before = backend.count
            let session = backend.session.withLock { $0 } as? any RecallingSession
            if session == nil { Issue.record("it gives nothing back") }
            session?.recall()
            // What was given back is handed in once more, as another batch.
            let deadline = Date(timeIntervalSinceNow: 20)
            while backend.count == before, Date() < deadline { Thread.sleep(forTimeInterval: 0.002) }
            if backend.count == before { Issue.record("nothing was given back") }
            _ = FileManager.default.createFile(atPath: folder.appending(path: "go on").path, contents: nil)
        }
        let tasks = (0..<6).map { Delayed(Held(index: $0, folder: folder.path)) }
        let call = Parallel(nJobs: 1, backend: .instance(backend), batchSize: 1)
        #expect(try await call.run(tasks) == Array(0..<6))
        let descriptions = backend.batches.withLock { $0 }
        #expect(Set(descriptions).count == descriptions.count)
        #expect(descriptions.count > 6)
    }
}
