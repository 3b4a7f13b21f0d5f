// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire

// SAFETY: an array of plain numbers, which is handed on as a value and not changed.
/// A large array that has come before the answer that refers to it.
struct ResultValue: @unchecked Sendable {
    /// By which the answer refers to it.
    let number: UInt64
    let byteCount: Int
    let array: Any
}

/// What a worker has said of a batch, with the large arrays that it refers to.
struct WorkerAnswer: Sendable {
    var bytes: [UInt8]
    var arrays: [ResultValue] = []

    /// How much memory it has.
    var byteCount: Int { self.arrays.reduce(self.bytes.count) { $0 + $1.byteCount } }
}

/// The large arrays that come from one host, each before the answer that refers to it.
struct ArrivingResults {
    /// What a host has said that cannot be.
    struct Nonsense: Error {}

    /// How many arrays an answer may refer to: more than have room in it, by the size from which on workers tell of them.
    private static let largestCount = 1 << 14

    private struct Arriving {
        let number: UInt64

        /// `nil`: nobody wants it any more, and nothing is kept.
        var array: ArrivingArray?
        var missing: Int
    }

    /// What comes for one answer; the last array may not be whole.
    private struct Answer {
        var arrays: [Arriving] = []

        /// How many bytes were announced.
        var byteCount = 0
    }

    private let memory: BackedAhead

    /// By the batch whose next answer it is.
    private var batches: [BatchNumber: Answer] = [:]

    /// How many bytes are kept of answers that have not come.
    private(set) var byteCount = 0

    /// Begins with none.
    ///
    /// - Parameter memory: For the arrays.
    init(_ memory: BackedAhead) {
        self.memory = memory
    }

    /// An array is announced.
    ///
    /// - Parameters:
    ///   - announced: The array.
    ///   - batch: Whose next answer refers to it.
    ///   - isWanted: Whether anybody does; what comes is not kept otherwise.
    /// - Throws: ``Nonsense`` for one that cannot be, and before the last one is whole.
    mutating func begin(_ announced: ResultArray, of batch: BatchNumber, isWanted: Bool) throws(Nonsense) {
        let earlier = self.batches[batch] ?? Answer()
        guard earlier.arrays.last?.missing ?? 0 == 0, earlier.arrays.count < Self.largestCount,
            let byteCount = Int(exactly: announced.byteCount), byteCount > 0,
            byteCount <= HostFrame.largestByteCount - earlier.byteCount
        else { throw Nonsense() }
        var array: ArrivingArray?
        if isWanted {
            array = ArrivingArray(elementCode: announced.elementCode, byteCount: byteCount, self.memory)
            guard array != nil else { throw Nonsense() }
        }
        self.batches[batch, default: Answer()].arrays
            .append(
                Arriving(number: announced.number, array: array, missing: byteCount)
            )
        self.batches[batch, default: Answer()].byteCount += byteCount
    }

    /// The next bytes have come of the array that was announced last for a batch.
    ///
    /// - Throws: ``Nonsense`` where none was, or there are more of them.
    mutating func append(_ bytes: RawSpan, to batch: BatchNumber) throws(Nonsense) {
        guard let last = self.batches[batch]?.arrays.indices.last, bytes.byteCount <= self.missing(last, batch) else {
            throw Nonsense()
        }
        let isKept = unsafe bytes.withUnsafeBytes {
            unsafe self.batches[batch]?.arrays[last].array?.append($0) ?? false
        }
        self.batches[batch]?.arrays[last].missing -= bytes.byteCount
        if isKept { self.byteCount += bytes.byteCount }
    }

    private func missing(_ place: Int, _ batch: BatchNumber) -> Int { self.batches[batch]?.arrays[place].missing ?? 0 }

    /// The answer has come: takes out what it refers to.
    ///
    /// - Throws: ``Nonsense`` where that is not whole.
    mutating func take(of batch: BatchNumber) throws(Nonsense) -> [ResultValue] {
        // Most often there is none.
        if self.batches.isEmpty { return [] }
        let arriving = self.remove(batch)
        guard arriving.allSatisfy({ $0.missing == 0 }) else { throw Nonsense() }
        return arriving.compactMap { arriving in
            arriving.array.map { ResultValue(number: arriving.number, byteCount: $0.byteCount, array: $0.value) }
        }
    }

    /// The batch has ended, and nothing more comes of it.
    mutating func forget(_ batch: BatchNumber) { if !self.batches.isEmpty { _ = self.remove(batch) } }

    private mutating func remove(_ batch: BatchNumber) -> [Arriving] {
        let arriving = self.batches.removeValue(forKey: batch)?.arrays ?? []
        self.byteCount -= arriving.reduce(0) { $0 + ($1.array?.receivedByteCount ?? 0) }
        return arriving
    }
}
