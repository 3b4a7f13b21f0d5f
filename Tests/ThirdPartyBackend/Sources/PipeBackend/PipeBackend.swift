// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
public import JoblibCore
internal import JoblibWorkers
import Synchronization

/// Runs portable tasks in processes of this program, which it talks to over pipes.
public struct PipeBackend: ShippingBackend {
    /// Makes the backend.
    public init() {}

    /// What the workers code by as well.
    public var taskCoder: any TaskCoder { WorkerTrust.sameHost.taskCoder }

    /// Workers that see bytes only, and may crash.
    public var capabilities: BackendCapabilities {
        var capabilities = BackendCapabilities()
        capabilities.reach = .elsewhere
        capabilities.survivesCrashes = true
        return capabilities
    }

    /// Starts the workers.
    ///
    /// - Throws: ``ParallelError`` when one cannot be started.
    public func open(_ request: OpenRequest) throws -> any WorkerSession { try PipeSession(workers: request.workers) }
}

private final class PipeSession: WorkerSession {
    private struct State {
        /// The workers that are there; `nil` in place of one that has died.
        var pool: [PipeWorker?] = []
        var starting = 0
        var isClosed = false
    }

    let workers: Int
    private let state = Mutex(State())

    /// Told of each worker that has come, or could not.
    private let arrival = NSCondition()

    init(workers: Int) throws {
        self.workers = workers
        do {
            for index in 0..<workers {
                let worker = try PipeWorker(index)
                self.state.withLock { $0.pool.append(worker) }
                self.follow(worker)
            }
        } catch {
            self.close()
            throw error
        }
    }

    func submit(_ batch: Batch) throws {
        var dead: PipeWorker?
        repeat {
            dead = try self.idlest(except: dead)
        } while dead?.connection.send(batch) == false
    }

    /// The worker that has the least to do, beside one that has just died; waits while another one is on its way.
    private func idlest(except dead: PipeWorker?) throws -> PipeWorker {
        // Held while it is looked, so that nobody arrives unnoticed.
        self.arrival.lock()
        defer { self.arrival.unlock() }
        while true {
            let (idlest, isHopeless) = self.state.withLock { state in
                let pool = state.pool.compactMap(\.self)
                let idlest = pool.filter { $0 !== dead }.min { $0.connection.batchCount < $1.connection.batchCount }
                return (idlest, pool.isEmpty && state.starting == 0)
            }
            if let idlest { return idlest }
            if isHopeless { throw ParallelError(.noWorkers, "no process could be started any more") }
            self.arrival.wait()
        }
    }

    private func tellArrival() {
        self.arrival.lock()
        self.arrival.broadcast()
        self.arrival.unlock()
    }

    func cancel(_ call: CallID) {
        for worker in self.state.withLock({ $0.pool }) { worker?.connection.cancel(call) }
    }

    func close() {
        let pool = self.state.withLock { state in
            state.isClosed = true
            return state.pool
        }
        for worker in pool { worker?.connection.close() }
    }

    /// Talks with a worker until it ends, and puts another one in its place.
    private func follow(_ worker: PipeWorker) {
        Thread.detachNewThread {
            worker.connection.run()
            self.state.withLock { state in
                state.pool[worker.index] = nil
                state.starting += 1
            }
            let error = worker.end()
            let next = self.state.withLock { $0.isClosed } ? nil : try? PipeWorker(worker.index)
            let isClosed = self.state.withLock { state in
                state.pool[worker.index] = next
                state.starting -= 1
                return state.isClosed
            }
            self.tellArrival()
            if let next {
                self.follow(next)
                if isClosed { next.connection.close() }
            }
            worker.connection.failRemaining(error)
        }
    }
}

private final class PipeWorker: Sendable {
    let index: Int
    let connection: WorkerConnection
    private let process: UncheckedProcess

    init(_ index: Int) throws {
        let (batches, answers) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(filePath: WorkerEntry.executable)
        let environment = WorkerEntry.environment(reading: 0, writing: 1, workerIndex: index)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = batches
        process.standardOutput = answers
        try process.run()
        self.index = index
        self.process = UncheckedProcess(process: process)
        self.connection = try WorkerConnection(
            reading: dup(answers.fileHandleForReading.fileDescriptor),
            writing: dup(batches.fileHandleForWriting.fileDescriptor)
        )
        // The process object keeps its pipes, and an end that stays open here is one that the worker waits for.
        try answers.fileHandleForReading.close()
        try batches.fileHandleForWriting.close()
    }

    /// Waits for the process's end; what it has died of.
    func end() -> any Error {
        let process = self.process.process
        process.waitUntilExit()
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal
            ? WorkerDeath(reason: .terminated(signal: status), description: "the process was ended by signal \(status)")
            : WorkerDeath(reason: .exited(code: status), description: "the process exited with status \(status)")
    }
}

// SAFETY: used by the one thread that waits for its end.
private struct UncheckedProcess: @unchecked Sendable {
    let process: Process
}
