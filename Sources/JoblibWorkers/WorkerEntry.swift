// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
public import JoblibCore
internal import JoblibPOSIX
internal import JoblibWire
import Synchronization

/// What makes a process of this program a worker: it never comes to its `main`.
///
/// Whoever starts the program again, ``executable``, with ``environment(reading:writing:workerIndex:trust:)`` gets a worker that reads batches
/// from one descriptor and writes answers to another until there is nothing more to read. No guard is needed in the program: the
/// take-over happens before `main`, after the initialisers of its C and C++ libraries. The caller's side is a
/// ``WorkerConnection``.
public enum WorkerEntry {
    /// The environment variable that makes a process a worker.
    public static let variable = "JOBLIB_WORKER"

    /// The path of this very program, as it was when it was started, whatever has happened to its file since.
    public static let executable = "/proc/self/exe"

    /// The environment of a worker, on top of what it inherits.
    ///
    /// Descriptors 0 and 1 are fine: what tasks print then goes to standard error, and they read nothing. The runtime's own report of a
    /// crash, which takes many seconds, is turned off: the caller says what has happened.
    ///
    /// - Parameters:
    ///   - reading: The descriptor of the worker that batches come from.
    ///   - writing: The one that answers go to; the same for a socket.
    ///   - workerIndex: What tasks see as the index of their worker, from 0.
    ///   - trust: Whether caller and worker take each other's bytes for values.
    /// - Returns: Names and values.
    public static func environment(
        reading: Int32,
        writing: Int32,
        workerIndex: Int,
        trust: WorkerTrust = .sameHost
    ) -> [String: String] {
        [
            self.variable: "\(reading),\(writing),\(workerIndex),\(trust == .sameHost ? 1 : 0)",
            self.backtraceVariable: self.noBacktrace,
        ]
    }

    /// The exit status of a worker for which the system had no thread or memory: EX_OSERR of sysexits(3).
    package static let shortageStatus: Int32 = 71

    package static let backtraceVariable = "SWIFT_BACKTRACE"
    package static let noBacktrace = "enable=no"

    static func numbers(_ value: String) -> [Int32]? {
        let numbers = value.split(separator: ",", omittingEmptySubsequences: false).map { Int32($0) }
        guard numbers.count == 4, !numbers.contains(nil), numbers.allSatisfy({ $0! >= 0 }) else { return nil }
        return numbers.map { $0! }
    }
}

/// How far caller and worker trust each other.
public struct WorkerTrust: Sendable, Hashable {
    let coder: BinaryCoder.Trust

    /// The worker was started by the caller, from the same file, under the same user: plain values travel as they are in memory.
    public static let sameHost = WorkerTrust(coder: .sameBuild)

    /// Bytes may be anything.
    public static let none = WorkerTrust(coder: .none)

    /// What both sides code by, for `ShippingBackend.taskCoder`.
    public var taskCoder: any TaskCoder { BinaryCoder(trust: self.coder) }
}

/// The worker's life: before_main.c calls it.
@c(joblib_run_worker)
public func runWorkerProcess(_ conversation: UnsafePointer<CChar>) {
    if let start = RingWorkerStart(unsafe String(cString: conversation)) { RingWorker.run(start) }
    guard let numbers = WorkerEntry.numbers(unsafe String(cString: conversation)) else {
        return WorkerProcess.complain(
            "\(WorkerEntry.variable) is no conversation: '\(unsafe String(cString: conversation))'"
        )
    }
    var (reading, writing) = (numbers[0], numbers[1])
    let failure = unsafe joblib_take_conversation(&reading, &writing)
    guard failure == 0 else {
        return WorkerProcess.complain("\(SystemError(errno: failure, call: "dup"))")
    }
    do {
        let channel = try MessageChannel(reading: reading, writing: writing)
        let trust: WorkerTrust = numbers[3] == 1 ? .sameHost : .none
        try WorkerProcess(channel, trust.taskCoder, workerIndex: Int(numbers[2])).run()
    } catch {
        WorkerProcess.complain("\(error)")
    }
}

/// A worker: one thread talks with the caller, the main one runs batches.
final class WorkerProcess: Sendable {
    private struct State {
        var queue: [(number: UInt64, payload: [UInt8])] = []
        var current: UInt64?
        var cancelled: Set<UInt64> = []
    }

    private let channel: MessageChannel
    private let coder: any TaskCoder
    private let workerIndex: Int
    private let state = Mutex(State())
    private let arrival = WaitWord()

    init(_ channel: MessageChannel, _ coder: any TaskCoder, workerIndex: Int) {
        self.channel = channel
        self.coder = coder
        self.workerIndex = workerIndex
    }

    static func complain(_ text: String) {
        StandardStream.error.write("joblib worker: \(text)\n")
    }

    func run() throws -> Never {
        try PlatformThread.start(name: "joblib-worker") {
            self.channel.run(largest: WorkerFrame.largest, self.receive)
            // The caller has gone, and with it whoever wants to know.
            ProcessExit.now(0)
        }
        self.channel.send(WorkerFrame(.hello, 0).encoded())
        while true {
            let seen = self.arrival.count
            guard let (number, payload) = self.next() else {
                self.arrival.wait(while: seen, spins: 1000)
                continue
            }
            self.execute(number, payload)
        }
    }

    private func receive(_ message: [UInt8]) {
        // Only the caller can send; what it does not mean is ignored.
        guard let frame = WorkerFrame(decoding: message) else { return }
        self.state.withLock { state in
            switch frame.kind {
            case .run: state.queue.append((frame.number, frame.bytes))
            case .cancel:
                if let place = state.queue.firstIndex(where: { $0.number == frame.number }) {
                    state.queue.remove(at: place)
                    self.channel.send(WorkerFrame(.finished, frame.number).encoded())
                } else if state.current == frame.number {
                    state.cancelled.insert(frame.number)
                }
            case .hello, .answer, .finished, .refused, .initialize, .notInitialized, .place, .returned, .lastAnswer,
                .leaving, .forget:
                break
            }
        }
        self.arrival.advance()
    }

    private func next() -> (UInt64, [UInt8])? {
        self.state.withLock { state in
            state.cancelled = []
            state.current = nil
            guard !state.queue.isEmpty else { return nil }
            let (number, payload) = state.queue.removeFirst()
            state.current = number
            return (number, payload)
        }
    }

    private func execute(_ number: UInt64, _ payload: [UInt8]) {
        do {
            try PortableWorker.execute(
                payload,
                coder: self.coder,
                workerIndex: self.workerIndex,
                isCancelled: { self.state.withLock { $0.cancelled.contains(number) } },
                overrun: {
                    // What was sent is written before the process ends.
                    self.channel.drain(forNanoseconds: 5_000_000_000)
                    ProcessExit.now(PortableWorker.overrunStatus)
                },
                send: { self.channel.send(WorkerFrame(.answer, number, $0).encoded()) }
            )
            self.channel.send(WorkerFrame(.finished, number).encoded())
        } catch {
            self.channel.send(WorkerFrame(.refused, number, Array("\(error)".utf8)).encoded())
        }
        // The next batch may end the process, and is not to be taken for this one.
        self.channel.drain(forNanoseconds: 600_000_000_000)
    }
}
