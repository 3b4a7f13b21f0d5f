// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWire
import Synchronization

/// Calls of every kind whose workers are threads, made once before the first fork.
///
/// What code does for the first time it looks up under locks of the runtime, which another thread may hold at the moment of a fork,
/// and then never lets go of in the copy: eight threads that made their first calls at once were enough for a worker to wait for
/// ever. After this the code of parent and worker has done everything once. What tasks do for the first time is theirs to
/// know; see docs/fork-safety.md.
enum Rehearsal {
    /// Rehearses, unless that has been done; waits for another thread that is at it.
    static func finish() { _ = self.once }

    private static let once: Void = {
        let isOver = WaitWord()
        // On a thread that is in no scope and no task, whose settings are not meant for this.
        PlatformThread.startOrRun(name: "joblib-rehearsal") {
            try? Rehearsal.perform()
            isOver.advance()
        }
        isOver.wait(while: 0, spins: 1000)
    }()

    private struct Mishap: Error, Codable {}
    private struct PlainMishap: Error {}

    private static func perform() throws {
        let call = Parallel(nJobs: 2, backend: .instance(RehearsedBackend()), retries: 1)
        _ = try call.map(0..<4) { $0 }
        _ = try call.map(0..<2) { "\($0)" }
        _ = try call.map(0..<2) { [Double($0)] }
        // Large ones, which are read.
        _ = try call.map(0..<2) { [Double](repeating: Double($0), count: 1 << 14) }
        _ = try call.map(0..<2) { [[Double](repeating: Double($0), count: 1 << 14)] }
        try call.forEach(0..<2) { _ in }
        _ = try call.reduce(0..<4, 0, { $0 + $1 }, { $0 + $1 })
        let tasks = (0..<3)
            .map { index in
                delayed { () throws -> String in
                    if index == 1 { throw Mishap() }
                    if index == 2 { throw PlainMishap() }
                    return "\(index)"
                }
            }
        _ = try call.results(tasks)
        _ = try call.results(tasks.lazy.map { $0 })
        _ = try call((0..<3).map { index in delayed { index } })
        let stream = try call((0..<2).lazy.map { index in delayed { index } }, returnAs: .generator)
        while try stream.next() != nil {}
        let followed = Parallel(
            nJobs: 2,
            backend: .instance(RehearsedBackend()),
            progress: .observer { _ in },
            timeout: .seconds(60)
        )
        _ = try followed.results(tasks)
    }
}

private struct RehearsedBackend: ForkingBackend {
    var taskCoder: any TaskCoder { BinaryCoder(trust: .sameBuild) }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .forkedCopy
        return capabilities
    }

    func open(_ request: OpenRequest) -> any WorkerSession { RehearsedSession() }
}

private final class RehearsedSession: ForkingSession {
    func submit(_ batch: Batch) throws {
        try PlatformThread.start(name: "joblib-rehearsal") { batch.run() }
    }

    func fork(
        _ body: @escaping @Sendable (_ send: @escaping ([UInt8]) -> Void) -> Void
    ) throws -> any ForkedWorker {
        let worker = RehearsedWorker()
        try PlatformThread.start(name: "joblib-rehearsal") {
            body { message in worker.add(.message(message)) }
            worker.add(.ended(ForkedWorkerEnd(isDone: true, signal: nil, exitCode: 0)))
        }
        return worker
    }
}

private final class RehearsedWorker: ForkedWorker {
    private let events = Mutex<[ForkedWorkerEvent]>([])
    private let changed = WaitWord()

    var pid: Int32 { 0 }

    var canRead: Bool { true }

    func read(_ address: UInt, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard let start = unsafe UnsafeRawPointer(bitPattern: address) else { return false }
        // SAFETY: a thread of this process has lent it, and waits.
        unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: start, count: buffer.count))
        return true
    }

    func add(_ event: ForkedWorkerEvent) {
        self.events.withLock { $0.append(event) }
        self.changed.advance()
    }

    func next(until deadline: UInt64) -> ForkedWorkerEvent {
        while true {
            let seen = self.changed.count
            let event = self.events.withLock { events in events.isEmpty ? nil : events.removeFirst() }
            if let event { return event }
            guard self.changed.wait(while: seen, spins: 1000, until: deadline) else { return .late }
        }
    }

    func wake() { self.add(.woken) }

    func kill(recordsStack: Bool) {}
}
