// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import JoblibCore
import JoblibWire
import Synchronization

/// A backend whose workers are threads that see bytes only, so that all but the process is as it is elsewhere.
struct Loopback: ShippingBackend {
    /// What a worker does to a batch in place of running it.
    enum Mishap: Sendable {
        case none

        /// Loses the first batches for no reason.
        case losing(Int)

        /// Drops a part of each answer.
        case garbling

        /// Finishes without having run anything.
        case idle

        /// Lets go of what has not begun when its call is cancelled.
        case dropping
    }

    var mishap = Mishap.none
    var trust = BinaryCoder.Trust.none
    var log = LoopbackLog()

    var taskCoder: any TaskCoder { BinaryCoder(trust: self.trust) }

    var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        return capabilities
    }

    func open(_ request: OpenRequest) throws -> any WorkerSession {
        self.log.opened.add(1, ordering: .relaxed)
        return LoopbackSession(self, workers: request.workers)
    }
}

/// What a backend was asked for.
final class LoopbackLog: Sendable {
    let opened = Atomic<Int>(0)
    let batches = Atomic<Int>(0)
    let payloads = Mutex<[[UInt8]]>([])
}

// SAFETY: what changes is guarded by the condition.
private final class LoopbackSession: WorkerSession, @unchecked Sendable {
    private let backend: Loopback
    let workers: Int

    // Guarded by the condition.
    private let condition = NSCondition()
    private var queue: [Batch] = []
    private var cancelled: Set<CallID> = []
    private var isClosed = false

    init(_ backend: Loopback, workers: Int) {
        self.backend = backend
        self.workers = workers
        for index in 0..<workers { Thread.detachNewThread { self.work(index) } }
    }

    func submit(_ batch: Batch) throws {
        self.backend.log.payloads.withLock { $0.append(batch.payload) }
        self.condition.withLock {
            self.queue.append(batch)
            self.condition.signal()
        }
    }

    func cancel(_ call: CallID) {
        self.condition.withLock {
            self.cancelled.insert(call)
            if case .dropping = self.backend.mishap { self.queue.removeAll { $0.call == call } }
        }
    }

    func close() {
        self.condition.withLock {
            self.isClosed = true
            self.condition.broadcast()
        }
    }

    private func work(_ index: Int) {
        while let batch = self.next() { self.run(batch, index) }
    }

    private func next() -> Batch? {
        self.condition.withLock {
            while self.queue.isEmpty, !self.isClosed { self.condition.wait() }
            return self.queue.isEmpty ? nil : self.queue.removeFirst()
        }
    }

    private func run(_ batch: Batch, _ index: Int) {
        let number = self.backend.log.batches.add(1, ordering: .relaxed).oldValue
        let call = batch.call
        var isGarbling = false
        switch self.backend.mishap {
        case .losing(let count) where number < count: return batch.fail(Gone())
        case .idle:
            batch.finish()
            return
        case .garbling: isGarbling = true
        default: break
        }
        let garbles = isGarbling
        do {
            try PortableWorker.execute(
                batch.payload,
                coder: BinaryCoder(trust: self.backend.trust),
                workerIndex: index,
                isCancelled: { self.condition.withLock { self.cancelled.contains(call) } },
                overrun: {
                    batch.fail(WorkerDeath(reason: .exited(code: 75), description: "ended for its time limit"))
                },
                send: { answer in batch.accept(garbles ? Array(answer.dropLast(answer.count / 3)) : answer) }
            )
            batch.finish()
        } catch {
            batch.fail(error)
        }
    }
}

struct Gone: Error {}
