// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What caller and worker say to each other: a kind, the number of a batch, and bytes.
struct WorkerFrame: Equatable {
    enum Kind: UInt8 {
        /// To the worker: a batch.
        case run

        /// To the worker: the batch is not wanted any more.
        case cancel

        /// From the worker: it has come up.
        case hello

        /// From the worker: an answer.
        case answer

        /// From the worker: the batch is done.
        case finished

        /// From the worker: the batch cannot be run; why follows.
        case refused

        /// To the worker: what it does before its first batch, a batch of one task.
        case initialize

        /// From the worker: that has failed; why follows.
        case notInitialized

        /// To the worker: its index from now on, in place of a batch's number.
        case place

        /// From the worker: what is left of the batch was not begun, and belongs to somebody else.
        case returned

        /// From the worker: an answer, after which the batch is done.
        case lastAnswer

        /// From the worker: it ends by itself, and takes no batch any more.
        case leaving

        /// To the worker: the arrays of a call, whose number it is, are not needed any more.
        case forget
    }

    /// How many bytes one may have: several values of the 2 GiB that a coder takes.
    static let largest = 1 << 33

    let kind: Kind
    let number: UInt64
    let bytes: [UInt8]

    /// How many arrays a worker has placed of which it tells here, or has told before.
    let placedCount: Int

    /// Those of them that it refers to, where whoever takes it in does not look into it.
    let placed: [PlacedArray]

    init(
        _ kind: Kind,
        _ number: UInt64,
        _ bytes: [UInt8] = [],
        placedCount: Int = 0,
        placed: [PlacedArray] = []
    ) {
        self.placed = placed
        self.kind = kind
        self.number = number
        self.bytes = bytes
        self.placedCount = placedCount
    }

    func encoded() -> [UInt8] {
        var message = [self.kind.rawValue]
        message.reserveCapacity(9 + self.bytes.count)
        for shift in stride(from: 0, to: 64, by: 8) { message.append(UInt8(truncatingIfNeeded: self.number >> shift)) }
        return message + self.bytes
    }

    /// Reads a frame; `nil` for bytes that are none.
    init?(decoding message: [UInt8]) {
        guard message.count >= 9, let kind = Kind(rawValue: message[0]) else { return nil }
        self.kind = kind
        self.number = message[1..<9].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        self.bytes = Array(message[9...])
        self.placedCount = 0
        self.placed = []
    }
}
