// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

// SAFETY: `watched` is touched by the supervisor's thread alone; the rest are constants, a mutex, and an atomic.
/// One thread that starts processes, and watches them until they have ended; it never ends itself.
///
/// A worker asks the kernel for a signal at its parent's death, and the kernel means the *thread* that has started it. Threads of
/// a pool end when they are idle, and would take their workers along.
public final class ProcessSupervisor: @unchecked Sendable {
    /// What happens to a process.
    public enum Event: Sendable {
        /// It has written whole lines to its standard output, or its standard error.
        case lines([UInt8], isError: Bool)

        /// It has ended, and all that it had written was told.
        case ended(ChildEnding)
    }

    private struct Watched {
        let process: SpawnedProcess
        let tell: @Sendable (Event) -> Void
        var isOpen = [true, true]
    }

    private struct Timer {
        let deadline: UInt64
        let action: @Sendable () -> Void
    }

    private struct Requests {
        var actions: [@Sendable (ProcessSupervisor) -> Void] = []
        var timers: [Timer] = []
    }

    private let wakes: Int32
    private let requests = Mutex(Requests())

    // Relaxed: a thread finds its own number there only where it has written it itself.
    private let thread = Atomic<Int>(0)

    private var watched: [Watched] = []

    // Whether the supervisor has taken what processes have written, and has not told all of it. Sequentially consistent: set before it
    // reads, so whoever finds nothing to be read any more, and then looks here, does not miss what is on its way.
    private let isTelling = Atomic<Bool>(false)

    /// Starts the thread.
    ///
    /// - Throws: ``SystemError`` when the system has no thread or descriptor left to give.
    public init() throws(SystemError) {
        self.wakes = joblib_wake_descriptor()
        guard self.wakes >= 0 else { throw SystemError(errno: errno, call: "eventfd") }
        DescriptorTable.shared.add(self.wakes)
        do {
            try PlatformThread.start(name: "joblib-workers") { self.run() }
        } catch {
            DescriptorTable.shared.close([self.wakes])
            throw error
        }
    }

    // MARK: - From any thread

    /// Starts a process, and waits until it is started, not until it has come up.
    ///
    /// - Parameters:
    ///   - environment: Variables that are added to those of this process, or replace them.
    ///   - memory: Its memory, descriptor ``SpawnedWorker/memory`` there.
    ///   - inherited: Descriptors that it is given besides, to be open until this returns.
    ///   - tell: Called on the supervisor's thread with what happens to it; must not wait.
    /// - Returns: The process.
    /// - Throws: ``SystemError``.
    public func start(
        _ environment: [String: String],
        memory: SharedMemoryFile,
        inherited: [Int32],
        _ tell: @escaping @Sendable (SpawnedProcess, Event) -> Void
    ) throws(SystemError) -> SpawnedProcess {
        let start: @Sendable () throws(SystemError) -> SpawnedProcess = { () throws(SystemError) in
            let process = try SpawnedProcess.start(environment, memory: memory, inherited: inherited)
            self.watched.append(Watched(process: process, tell: { tell(process, $0) }))
            return process
        }
        // Whoever is told of an end may start a successor.
        if self.thread.load(ordering: .relaxed) == PlatformThread.currentID { return try start() }
        let outcome = Outcome()
        self.perform { _ in
            let result = Result { () throws(SystemError) in try start() }
            outcome.result.withLock { $0 = result }
            outcome.done.advance()
        }
        while true {
            if let result = outcome.result.withLock({ $0 }) { return try result.get() }
            outcome.done.wait(while: 0, spins: 2000)
        }
    }

    /// Waits until all is told that processes have written so far.
    ///
    /// - Parameter processes: Of which.
    public func drain(_ processes: [SpawnedProcess]) {
        var events: [pollfd] = []
        events.reserveCapacity(2 * processes.count)
        for process in processes {
            for descriptor in process.outputs {
                events.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            }
        }
        // Most often there is nothing, which costs one look.
        let isAnything = unsafe Glibc.poll(&events, nfds_t(events.count), 0) > 0
        guard isAnything || self.isTelling.load(ordering: .sequentiallyConsistent) else { return }
        let done = WaitWord()
        self.perform { supervisor in
            for watched in supervisor.watched where processes.contains(where: { $0 === watched.process }) {
                for stream in 0..<2 { supervisor.readOutput(stream, of: watched) }
            }
            done.advance()
        }
        done.wait(while: 0, until: MonotonicClock.now + 1_000_000_000)
    }

    private final class Outcome: Sendable {
        let result = Mutex<Result<SpawnedProcess, SystemError>?>(nil)
        let done = WaitWord()
    }

    /// Calls a closure on the supervisor's thread at a time, which must not wait.
    ///
    /// - Parameters:
    ///   - deadline: Nanoseconds of ``MonotonicClock``.
    ///   - action: The closure.
    public func schedule(at deadline: UInt64, _ action: @escaping @Sendable () -> Void) {
        self.requests.withLock { $0.timers.append(Timer(deadline: deadline, action: action)) }
        joblib_wake(self.wakes)
    }

    private func perform(_ action: @escaping @Sendable (ProcessSupervisor) -> Void) {
        self.requests.withLock { $0.actions.append(action) }
        joblib_wake(self.wakes)
    }

    // MARK: - On its thread

    private func run() -> Never {
        self.thread.store(PlatformThread.currentID, ordering: .relaxed)
        while true {
            joblib_wake_clear(self.wakes)
            let (actions, due, next) = self.requests.withLock { requests in
                defer { requests.actions = [] }
                let now = MonotonicClock.now
                let due = requests.timers.filter { $0.deadline <= now }
                if !due.isEmpty { requests.timers.removeAll { $0.deadline <= now } }
                return (requests.actions, due, requests.timers.map(\.deadline).min())
            }
            for action in actions { action(self) }
            for timer in due { timer.action() }
            if actions.isEmpty, due.isEmpty { self.poll(until: next) }
        }
    }

    /// Tells what a process has written to a stream.
    private func readOutput(_ stream: Int, of watched: Watched) {
        self.isTelling.store(true, ordering: .sequentiallyConsistent)
        watched.process.readOutput(stream) { watched.tell(.lines($0, isError: $1)) }
        self.isTelling.store(false, ordering: .sequentiallyConsistent)
    }

    private func poll(until deadline: UInt64?) {
        var events = [pollfd(fd: self.wakes, events: Int16(POLLIN), revents: 0)]
        for watched in self.watched {
            events.append(pollfd(fd: watched.process.ended, events: Int16(POLLIN), revents: 0))
            for index in 0..<2 {
                let descriptor = watched.isOpen[index] ? watched.process.outputs[index] : -1
                events.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            }
        }
        let now = MonotonicClock.now
        let milliseconds = deadline.map { Int32(clamping: ($0 - min($0, now)) / 1_000_000 + 1) } ?? -1
        guard unsafe Glibc.poll(&events, nfds_t(events.count), milliseconds) > 0 else { return }
        var ended: [Int] = []
        for index in self.watched.indices {
            let watched = self.watched[index]
            let event = { (offset: Int) in Int32(events[1 + 3 * index + offset].revents) }
            for stream in 0..<2 where event(1 + stream) != 0 {
                self.readOutput(stream, of: watched)
                // Closed by the worker, which goes on all the same.
                if event(1 + stream) & POLLIN == 0 { self.watched[index].isOpen[stream] = false }
            }
            // The end of the process, and not of its output, which something that it has started may hold open.
            if event(0) != 0 { ended.append(index) }
        }
        for index in ended.reversed() {
            let watched = self.watched.remove(at: index)
            let ending = watched.process.reap { watched.tell(.lines($0, isError: $1)) }
            watched.tell(.ended(ending))
        }
    }
}
