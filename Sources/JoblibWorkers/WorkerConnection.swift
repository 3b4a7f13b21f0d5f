// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore
internal import JoblibPOSIX
import Synchronization

/// The caller's side of the conversation with one worker process: what a session hands batches to.
///
/// For backends that start ``WorkerEntry`` in processes of their own. A thread of the backend calls ``run()``, and when that returns
/// ``failRemaining(_:)`` with what has become of the process.
public final class WorkerConnection: Sendable {
    private struct State {
        var batches: [UInt64: Batch] = [:]
        var next: UInt64 = 0
        var hasBegun = false
        var isOver = false
    }

    private let channel: MessageChannel
    private let state = Mutex(State())

    /// Begins a conversation.
    ///
    /// - Parameters:
    ///   - reading: The descriptor that answers come from; taken over, and closed in the end.
    ///   - writing: The one that batches go to; the same for a socket.
    /// - Throws: ``ParallelError`` `.resourceExhausted` when the system has no descriptor left to give.
    public init(reading: Int32, writing: Int32) throws {
        do {
            self.channel = try MessageChannel(reading: reading, writing: writing)
        } catch {
            throw ParallelError(.resourceExhausted, "no descriptor for a worker: \(error)")
        }
    }

    /// How many batches the worker has.
    public var batchCount: Int { self.state.withLock { $0.batches.count } }

    /// Hands a batch to the worker, without waiting.
    ///
    /// - Returns: Whether it was taken; `false` once ``run()`` has returned. One of more than 8 GiB is taken and failed.
    public func send(_ batch: Batch) -> Bool {
        let payload = batch.payload
        guard payload.count < WorkerFrame.largest - 9 else {
            batch.fail(
                ParallelError(.invalidArgument, "a batch of \(payload.count) bytes; send less, or fewer at a time")
            )
            return true
        }
        let number = self.state.withLock { state -> UInt64? in
            guard !state.isOver else { return nil }
            defer { state.next += 1 }
            state.batches[state.next] = batch
            return state.next
        }
        guard let number else { return false }
        self.channel.send(WorkerFrame(.run, number, payload).encoded())
        return true
    }

    /// Tells the worker which batches are not wanted any more; each is still completed.
    public func cancel(_ call: CallID) {
        let numbers = self.state.withLock { state in state.batches.filter { $0.value.call == call }.keys.sorted() }
        for number in numbers { self.channel.send(WorkerFrame(.cancel, number).encoded()) }
    }

    /// Ends the conversation, upon which the worker ends; one that reads nothing any more is left after five seconds.
    public func close() { self.channel.close() }

    /// Writes what is sent and takes in what comes, until the worker has gone or the conversation is closed; called once.
    public func run() {
        self.channel.run(largest: WorkerFrame.largest) { message in
            // The worker may be out of its mind.
            guard let frame = WorkerFrame(decoding: message) else { return }
            switch frame.kind {
            case .hello: self.state.withLock { $0.hasBegun = true }
            case .answer: self.state.withLock { $0.batches[frame.number] }?.accept(frame.bytes)
            case .finished: self.take(frame.number)?.finish()
            case .refused:
                let reason = String(decoding: frame.bytes.prefix(1000), as: UTF8.self)
                self.take(frame.number)?.fail(ParallelError(.poolUnhealthy, "the worker refused it: \(reason)"))
            case .returned:
                self.take(frame.number)?
                    .fail(BatchNotBegun(description: "its worker has given it back", isReturned: true))
            case .run, .cancel, .initialize, .notInitialized, .place, .lastAnswer, .leaving, .forget: break
            }
        }
        self.state.withLock { $0.isOver = true }
    }

    /// Fails the batches that the worker still had, in the order in which they were sent.
    ///
    /// The first is the one that it was at: what its process has died of is told of that one. One that had not come up yet was
    /// at none.
    ///
    /// - Parameter error: What has become of the worker, a `WorkerDeath` if its process has ended by itself.
    public func failRemaining(_ error: any Error) {
        let (batches, hasBegun) = self.state.withLock { state in
            state.isOver = true
            defer { state.batches = [:] }
            return (state.batches.sorted { $0.key < $1.key }.map(\.value), state.hasBegun)
        }
        for (place, batch) in batches.enumerated() {
            let what = hasBegun ? "its worker is gone" : "its worker did not come up"
            batch.fail(place == 0 && hasBegun ? error : BatchNotBegun(description: "\(what): \(error)"))
        }
    }

    private func take(_ number: UInt64) -> Batch? { self.state.withLock { $0.batches.removeValue(forKey: number) } }
}
