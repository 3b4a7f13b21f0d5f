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

        /// The results of tasks in a row, not yet a message.
        var row: Row?
        var sentAt = MonotonicClock.now
        var isClosed = false
    }

    private struct Row {
        let first: Int
        let attempt: Int
        var count = 0
        var time: UInt64 = 0
        var duration: UInt64 = 0
        var bytes: [UInt8] = []
    }

    private static let largest = 65_536
    private static let oldest: UInt64 = 20_000_000

    private let state = Mutex(State())
    private let send: @Sendable ([UInt8]) -> Void

    private let header: [UInt8]

    init(workerIndex: Int, _ send: @escaping @Sendable ([UInt8]) -> Void) {
        self.header = WorkerAnswer.header(of: workerIndex)
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
            self.endRow(&state)
            self.add(message, &state)
            let isDue = isUrgent || state.writer.bytes.count >= Self.largest
            // Under the lock, so that answers are sent in order.
            if isDue || MonotonicClock.now - state.sentAt >= Self.oldest { self.flush(&state) }
        }
    }

    /// Adds results of tasks in a row that are plain bytes.
    ///
    /// - Parameters:
    ///   - bytes: The results, one behind the other.
    ///   - index: The first task's position in the input.
    ///   - count: How many there are, from 1.
    ///   - attempt: Which attempt it was.
    ///   - end: When the last ended, in nanoseconds of the monotonic clock.
    ///   - duration: How long they took together, in nanoseconds.
    func add(
        _ bytes: UnsafeRawBufferPointer,
        _ index: Int,
        count: Int = 1,
        attempt: Int,
        end: UInt64,
        duration: UInt64
    ) {
        self.state.withLock { state in
            guard !state.isClosed else { return }
            if state.row == nil || state.row?.attempt != attempt || state.row.map({ $0.first + $0.count }) != index {
                self.endRow(&state)
                state.row = Row(first: index, attempt: attempt)
            }
            state.row?.count += count
            state.row?.time = end
            state.row?.duration &+= duration
            unsafe state.row?.bytes.append(contentsOf: bytes)
            let isDue = (state.row?.bytes.count ?? 0) >= Self.largest || end - min(end, state.sentAt) >= Self.oldest
            if isDue { self.flush(&state) }
        }
    }

    private func add(_ message: WorkerMessage, _ state: inout State) {
        if state.writer.bytes.isEmpty { state.writer.begin(with: self.header) }
        state.writer.add(message)
    }

    private func endRow(_ state: inout State) {
        guard let row = state.row else { return }
        state.row = nil
        var message = WorkerMessage(kind: .results, index: row.first, attempt: row.attempt)
        message.time = row.time
        message.duration = row.duration
        if state.writer.bytes.isEmpty { state.writer.begin(with: self.header) }
        state.writer.add(message, row: row.count, row.bytes)
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
            self.endRow(&state)
            if let message { self.add(message, &state) }
            self.flush(&state)
            state.isClosed = true
            return true
        }
    }

    private func flush(_ state: inout State) {
        self.endRow(&state)
        let answer = state.writer.takeAll()
        guard !answer.isEmpty else { return }
        state.sentAt = MonotonicClock.now
        self.send(answer)
    }
}

/// An answer as it arrives, which may be anything.
struct WorkerAnswer {
    let workerIndex: Int
    private let pid: Int
    private let host: ArraySlice<UInt8>
    private var messages: WorkerMessageReader

    /// Who has sent it, as far as it says.
    var worker: TaskFailure.Worker {
        TaskFailure.Worker(host: String(decoding: self.host, as: UTF8.self), pid: self.pid)
    }

    // By the worker's index: it is the same in all of its answers.
    private static let headers = Mutex<[Int: [UInt8]]>([:])

    /// The beginning of the answers of a worker in this process.
    static func header(of workerIndex: Int) -> [UInt8] {
        if let header = self.headers.withLock({ $0[workerIndex] }) { return header }
        let header = self.header(.thisProcess, workerIndex: workerIndex)
        // In a copy of this process the number is another.
        guard !ThisProcess.isForked else { return header }
        self.headers.withLock { if $0.count < 1024 { $0[workerIndex] = header } }
        return header
    }

    private static func header(_ worker: TaskFailure.Worker, workerIndex: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(integer: worker.pid)
        bytes.append(integer: workerIndex)
        bytes.append(text: worker.host)
        return bytes
    }

    init(decoding bytes: [UInt8]) throws(ByteReader.Malformed) {
        var reader = ByteReader(bytes)
        self.pid = try reader.integer()
        self.workerIndex = try reader.integer()
        self.host = try reader.counted()
        self.messages = WorkerMessageReader(reader)
    }

    /// The next message; `nil` at the end.
    mutating func next() throws(ByteReader.Malformed) -> WorkerMessage? { try self.messages.next() }
}
