// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The number of a batch, which no other batch of its coordinator's process ever has.
///
/// A batch that runs again is another batch, so whoever answers for the old one answers for none.
package typealias BatchNumber = UInt64

/// The number of a grant, so many slots of a host for one session, which no other grant of the process ever has.
package typealias GrantNumber = UInt64

/// What a coordinator and a host say to each other once they have greeted each other, but for the bytes of large arrays, which are pieces:
/// `array` and `mappedArray`, of an array by its number, and `resultPiece`, of the result that was announced last for a batch.
package enum HostMessage: Equatable, Sendable {
    // To the host.

    /// A session may have so many workers there; its parameters follow, and batches may at once.
    case open(GrantNumber, workers: Int, parameters: [UInt8])

    /// A batch for one of a grant's workers.
    case run(BatchNumber, GrantNumber, payload: [UInt8])

    /// Nobody wants a batch any more. It is ended all the same, by `finished` or `failed`.
    case cancel(BatchNumber)

    /// Batches of a grant that have not begun are to be given back, since others have nothing to do: each is failed as `returned`.
    case recall(GrantNumber)

    /// The session needs the grant no more; its batches are ended all the same.
    case close(GrantNumber)

    /// No batch refers to an array any more.
    case forget(UInt64)

    /// The answer to a `beat`, that time: so the host knows when it was heard last, and when others may get what it has.
    case lease(UInt64)

    // From the host.

    /// The host is there, at a time of its own clock.
    case beat(UInt64)

    /// An answer of a worker.
    case answer(BatchNumber, [UInt8])

    /// A large array of the next answer, whose bytes follow, before any other's of the same batch.
    case result(BatchNumber, ResultArray)

    /// A batch is done, and all its answers were sent.
    case finished(BatchNumber)

    /// An answer of a worker, and the batch is done with it: both of the above.
    case lastAnswer(BatchNumber, [UInt8])

    /// A batch is not done, and will not be: why follows.
    case failed(BatchNumber, BatchFailure)

    /// No worker can be had for a grant: why follows, as an error of the core.
    case refused(GrantNumber, GrantRefusal)

    /// The host takes no batch any more, and leaves when those that it has are ended.
    case leaving

    // Both ways.

    /// Nothing but that the sender is there, and how often it says so, in nanoseconds.
    case heartbeat(interval: UInt64)

    // How the cluster is.

    /// A coordinator asks for a sign; a time of its own clock.
    case ping(UInt64)

    /// The sign of a host: that time, and what it has done.
    case pong(UInt64, HostCounts)

    /// An observer wants to be told how things are, so often, in nanoseconds.
    case observe(interval: UInt64)

    /// How things are, to an observer.
    case status(StatusMessage)

    // The executable.

    /// What the coordinator's executable is, to a tool.
    case offer(ExecutableOffer)

    /// A tool wants the bytes from this one on.
    case fetch(UInt64)

    /// The bytes from this one on.
    case piece(UInt64, [UInt8])

    /// A tool cannot use it; why.
    case unusable(String)
}

/// A large array that an answer refers to, as it is announced.
package struct ResultArray: Equatable, Sendable {
    /// What its elements are, as `ArrivingArray` has it.
    package var elementCode: UInt8

    /// By which the answer refers to it.
    package var number: UInt64

    package var byteCount: UInt64

    package init(elementCode: UInt8, number: UInt64, byteCount: UInt64) {
        self.elementCode = elementCode
        self.number = number
        self.byteCount = byteCount
    }
}

extension HostMessage {
    /// The one message that says the same as this one and the one that follows it; `nil` if there is none.
    package func joined(with next: HostMessage) -> HostMessage? {
        guard case .answer(let batch, let bytes) = self, case .finished(batch) = next else { return nil }
        return .lastAnswer(batch, bytes)
    }
}

/// Why a host has not done a batch.
package enum BatchFailure: Equatable, Sendable {
    /// It was not begun, or not all of it; the host is well.
    case returned

    /// A worker has ended in it.
    case died(WorkerDeathNotice)

    /// Nobody is to blame; why, in words.
    case lost(String)
}

/// A `WorkerDeath` as it travels.
package struct WorkerDeathNotice: Codable, Equatable, Sendable {
    /// The signal that has ended the worker; `nil` when it exited or ran out of time.
    package var signal: Int32?

    /// The status with which it exited.
    package var exitCode: Int32?

    /// Whether it was ended for its task's time limit.
    package var hasTimedOut: Bool

    /// What happened, in words.
    package var description: String

    /// Whether there was no memory left.
    package var ranOutOfMemory: Bool

    /// The position in the input of the task that it was at, where that is known.
    package var taskIndex: Int?

    /// The id of its process over there.
    package var pid: Int32

    /// Where it was, a frame on each line, where that is known.
    package var stackTrace: String?

    /// The host, for people; the coordinator's side knows it.
    package var host = ""

    package init(
        signal: Int32? = nil,
        exitCode: Int32? = nil,
        hasTimedOut: Bool,
        description: String,
        ranOutOfMemory: Bool,
        taskIndex: Int? = nil,
        pid: Int32,
        stackTrace: String? = nil
    ) {
        self.signal = signal
        self.exitCode = exitCode
        self.hasTimedOut = hasTimedOut
        self.description = description
        self.ranOutOfMemory = ranOutOfMemory
        self.taskIndex = taskIndex
        self.pid = pid
        self.stackTrace = stackTrace
    }
}

/// Why a host has no worker for a session.
package struct GrantRefusal: Codable, Equatable, Sendable {
    /// The name of the `ParallelError.Code`.
    package var code: String

    /// What is wrong, and what to do about it.
    package var detail: String

    package init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }
}
