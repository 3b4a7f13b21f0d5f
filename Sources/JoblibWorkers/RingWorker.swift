// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibSharedMemory
import JoblibWire
import Synchronization

/// What a worker that shares memory with its caller is started with, as one environment variable.
package struct RingWorkerStart: Equatable {
    private static let prefix = "ring:"

    /// The id of the caller's process.
    package var parent: Int32

    /// How many tasks the worker runs before it leaves; 0: any number.
    package var maxTasks = 0

    /// With how many bytes of memory it leaves; 0: it may have any number.
    package var maxMemory = 0

    /// The number of the region of the ``SharedArena`` that its results go to, from 1.
    package var region = 1

    /// Whether the bytes of tasks are taken for values as they are.
    package var trust = WorkerTrust.sameHost

    /// Describes a start.
    package init(parent: Int32) {
        self.parent = parent
    }

    /// Reads a variable; `nil` for one that says something else.
    init?(_ value: String) {
        guard value.hasPrefix(Self.prefix) else { return nil }
        let numbers = value.dropFirst(Self.prefix.count).split(separator: ",", omittingEmptySubsequences: false)
            .map { Int($0) }
        guard numbers.count == 5, let parent = numbers[0].flatMap({ Int32(exactly: $0) }), let maxTasks = numbers[1],
            let maxMemory = numbers[2], let region = numbers[3], 1...(1 << 20) ~= region, let trust = numbers[4]
        else { return nil }
        self.parent = parent
        self.maxTasks = maxTasks
        self.maxMemory = maxMemory
        self.region = region
        self.trust = trust == 1 ? .sameHost : .none
    }

    /// The variable's value.
    package var value: String {
        let trust = self.trust == .sameHost ? 1 : 0
        return "\(Self.prefix)\(self.parent),\(self.maxTasks),\(self.maxMemory),\(self.region),\(trust)"
    }
}

/// A worker that shares memory with its caller: the process's first thread reads batches from a ring, runs them, and writes answers.
final class RingWorker: Sendable {
    // For how long a worker that has nothing to do keeps its processor: as long as it takes to be woken.
    private static let spins = 2000

    /// For how long it keeps the memory of shared arrays mapped that no task has any more, in nanoseconds.
    private static let mappingTime: UInt64 = 1_000_000_000

    let memory: WorkerMemory
    let bell: WorkerBell
    let arrays: WorkerArrays
    private let coder: any TaskCoder
    private let sender: Mutex<RingSender>
    private let receiver: Mutex<RingReceiver>
    private let index = Atomic<Int>(0)
    let limit: LeavingPolicy

    static func run(_ start: RingWorkerStart) -> Never {
        do {
            let memory = try SharedMemoryFile(descriptor: SpawnedWorker.memory, byteCount: WorkerMemory.byteCount)
            try SpawnedWorker.begin(memory, parent: start.parent)
            let bell = try SharedMemoryFile(descriptor: SpawnedWorker.memory + 1, byteCount: WorkerBell.byteCount)
            let arena = MemoryArena(descriptor: SpawnedWorker.memory + 2)
            RingWorker(start, WorkerMemory(memory), WorkerBell(bell), arena).run()
        } catch {
            WorkerProcess.complain("\(error)")
            ProcessExit.now(WorkerEntry.shortageStatus)
        }
    }

    private init(_ start: RingWorkerStart, _ memory: WorkerMemory, _ bell: WorkerBell, _ arena: MemoryArena) {
        self.memory = memory
        self.bell = bell
        let relay = start.trust == .sameHost ? nil : start.parent
        self.arrays = WorkerArrays(arena, region: start.region, memory, relay: relay)
        self.coder = BinaryCoder(trust: start.trust.coder, arrays: self.arrays)
        self.sender = Mutex(RingSender(SharedRingWriter(memory.file, WorkerMemory.answers)))
        self.receiver = Mutex(RingReceiver(SharedRingReader(memory.file, WorkerMemory.requests)))
        self.limit = LeavingPolicy(maxTasks: start.maxTasks, maxMemory: start.maxMemory) { [arrays] in
            SharedMemoryMappings.dropAll()
            arrays.forgetAll()
            FreedMemory.release()
        }
    }

    private func run() -> Never {
        var freed = FreedMemory()
        // To map memory and touch it takes about as long as to copy it.
        SharedMemoryMappings.startKeeping()
        self.greet()
        while true {
            let seen = self.memory.requested.count
            let (frame, hasMadeRoom) = self.receiver.withLock { receiver in
                receiver.hasMadeRoom = false
                return (receiver.next(), receiver.hasMadeRoom)
            }
            // For what may have been waiting for it.
            if hasMadeRoom { self.bell.rings.advance() }
            if self.receiver.withLock({ $0.isBroken }) { self.giveUp() }
            guard let frame else {
                self.rest(since: seen)
                continue
            }
            switch frame.kind {
            case .run where self.memory.begin(batch: Int(truncatingIfNeeded: frame.number)):
                self.arrays.beginBatch()
                self.execute(frame)
                SharedMemoryMappings.dropOld()
                freed.releaseOld()
            case .initialize: self.initialize(frame.bytes)
            case .leaving: self.end()
            case .forget where frame.number == .max: self.arrays.forgetAll()
            case .forget: self.arrays.forget(call: frame.number)
            case .place: self.index.store(Int(frame.number), ordering: .relaxed)
            default: break
            }
        }
    }

    /// Waits for the caller to want something.
    private func rest(since seen: UInt32) {
        let start = MonotonicClock.now
        if self.memory.requested.wait(while: seen, spins: Self.spins, until: start + Self.mappingTime) { return }
        // Mapped for the tasks and calls to come, of which there seem to be none.
        SharedMemoryMappings.dropAll()
        if self.memory.requested.wait(while: seen, until: start + FreedMemory.keepingTime) { return }
        FreedMemory.release()
        self.memory.requested.wait(while: seen)
    }

    /// Sends a frame; waits while the caller has not taken enough of what was sent before.
    func send(_ frame: WorkerFrame) {
        self.sender.withLock { sender in
            sender.send(frame)
            while !sender.isEmpty {
                if sender.isBroken { self.giveUp() }
                let seen = self.memory.room.count
                sender.flush()
                if sender.isEmpty { break }
                // After it was written: the caller takes it, and makes room.
                self.bell.rings.advance()
                self.memory.room.wait(while: seen, spins: Self.spins)
            }
        }
        self.bell.rings.advance()
    }

    private func greet() {
        self.memory.noteHello()
        self.send(WorkerFrame(.hello, 0))
    }

    private func initialize(_ payload: [UInt8]) {
        do {
            try PortableWorker.perform(payload, coder: self.coder)
            self.greet()
        } catch {
            self.send(WorkerFrame(.notInitialized, 0, Array("\(error)".utf8)))
            self.end()
        }
    }

    private func execute(_ frame: WorkerFrame) {
        let batch = RunningBatch(self, frame.number)
        do {
            try PortableWorker.execute(
                frame.bytes,
                coder: self.coder,
                workerIndex: self.index.load(ordering: .relaxed),
                isCancelled: { batch.isCancelled },
                watch: TaskWatch(
                    mayBegin: { batch.mayBegin($0) },
                    didEnd: { batch.didEnd() },
                    stack: { batch.recordStack() }
                ),
                overrun: { batch.overrun() },
                send: { batch.send($0) }
            )
            batch.finish()
        } catch {
            self.send(WorkerFrame(.refused, frame.number, Array("\(error)".utf8)))
        }
        if self.limit.isReached {
            self.send(WorkerFrame(.leaving, 0))
            self.end()
        }
    }

    /// A task has written into what the caller and this worker talk by.
    private func giveUp() -> Never {
        WorkerProcess.complain("what it shares with its caller is damaged")
        ProcessExit.now(1)
    }

    private func end() -> Never {
        ThisProcess.exit(0)
    }
}
