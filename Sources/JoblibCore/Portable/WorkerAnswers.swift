// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// What a worker that was sent a batch tells of it: messages, gathered into answers.
///
/// Each answer begins with the worker's process and host. Sent when it is large or old, and before a task that may take long
/// only where somebody follows the call.
final class WorkerAnswers: Sendable {
    private struct State {
        var writer = WorkerMessageWriter()
        var sentAt = MonotonicClock.now
        var isClosed = false
    }

    private static let largest = 65_536
    private static let oldest: UInt64 = 20_000_000

    private let state = Mutex(State())
    private let send: @Sendable ([UInt8]) -> Void

    private let header: [UInt8]

    init(workerIndex: Int, _ send: @escaping @Sendable ([UInt8]) -> Void) {
        self.header = WorkerAnswer.header(.thisProcess, workerIndex: workerIndex)
        self.send = send
    }

    /// Adds a message.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - isUrgent: Whether somebody waits for it.
    func add(_ message: WorkerMessage, isUrgent: Bool = false) {
        self.state.withLock { state in
            guard !state.isClosed else { return }
            state.writer.add(message)
            let isDue = isUrgent || state.writer.bytes.count >= Self.largest
            // Under the lock, so that answers are sent in order.
            if isDue || MonotonicClock.now - state.sentAt >= Self.oldest { self.flush(&state) }
        }
    }

    /// Says that the batch has begun, and nothing of a task.
    func begin() { self.send(self.header) }

    /// Sends what is left, and nothing after it.
    ///
    /// - Returns: Whether this was the first time.
    @discardableResult
    func close(adding message: WorkerMessage? = nil) -> Bool {
        self.state.withLock { state in
            guard !state.isClosed else { return false }
            if let message { state.writer.add(message) }
            self.flush(&state)
            state.isClosed = true
            return true
        }
    }

    private func flush(_ state: inout State) {
        state.sentAt = MonotonicClock.now
        let messages = state.writer.takeAll()
        guard !messages.isEmpty else { return }
        self.send(self.header + messages)
    }
}

/// An answer as it arrives, which may be anything.
struct WorkerAnswer {
    let worker: TaskFailure.Worker
    let workerIndex: Int
    private var messages: WorkerMessageReader

    static func header(_ worker: TaskFailure.Worker, workerIndex: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(integer: worker.pid)
        bytes.append(integer: workerIndex)
        bytes.append(text: worker.host)
        return bytes
    }

    init(decoding bytes: [UInt8]) throws(ByteReader.Malformed) {
        var reader = ByteReader(bytes)
        let (pid, index) = (try reader.integer(Int.self), try reader.integer(Int.self))
        self.worker = TaskFailure.Worker(host: try reader.text(), pid: pid)
        self.workerIndex = index
        self.messages = WorkerMessageReader(reader)
    }

    /// The next message; `nil` at the end.
    mutating func next() throws(ByteReader.Malformed) -> WorkerMessage? { try self.messages.next() }
}
