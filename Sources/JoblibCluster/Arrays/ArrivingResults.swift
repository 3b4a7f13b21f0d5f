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

    /// What one takes however small it is.
    static let ownByteCount = 128
}

/// What a worker has said of a batch, with the large arrays that it refers to.
struct WorkerAnswer: Sendable {
    var bytes: [UInt8]
    var arrays: [ResultValue] = []

    /// How much memory it has.
    var byteCount: Int { self.arrays.reduce(self.bytes.count) { $0 + $1.byteCount + ResultValue.ownByteCount } }
}

/// The large arrays that come from one host, each before the answer that refers to it.
///
/// A host says all that belongs to an answer in a row. So there is one at a time that is not whole, and it costs what one message may cost:
/// memory is made room for, and backed, before bytes come to it, which a host that announced for each of its batches would have of the
/// coordinator for next to nothing.
struct ArrivingResults {
    /// What a host has said that cannot be.
    struct Nonsense: Error {}

    /// How many arrays an answer may refer to: more than have room in it, by the size from which on workers tell of them.
    private static let largestCount = 1 << 14

    private struct Arriving {
        let number: UInt64

        /// `nil`: nobody wants it any more, and nothing is kept.
        var array: ArrivingArray?
    }

    /// What comes for one answer; the last array may not be whole.
    private struct Answer {
        let batch: BatchNumber
        var arrays: [Arriving] = []

        /// How many bytes were announced.
        var byteCount = 0

        /// How many bytes have not come of the last array.
        var missing = 0

        /// Takes in the next ones; returns whether they are kept.
        mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
            self.missing -= bytes.count
            return unsafe self.arrays[self.arrays.count - 1].array?.append(bytes) ?? false
        }
    }

    private let memory: BackedAhead

    /// The answer whose arrays come now.
    private var answer: Answer?

    /// The batch whose answer that is.
    var batch: BatchNumber? { self.answer?.batch }

    /// How many bytes are kept of it.
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
    ///   - isWanted: Whether anybody does; nothing of the answer is kept otherwise, and the bytes of the last one may be left out.
    /// - Throws: ``Nonsense`` for one that cannot be, before the last one is whole, and before the answer has come to another batch that
    ///   arrays came for.
    mutating func begin(_ announced: ResultArray, of batch: BatchNumber, isWanted: Bool) throws(Nonsense) {
        if !isWanted, self.remove(batch) != nil { self.answer = Answer(batch: batch) }
        guard self.answer?.batch ?? batch == batch, self.answer?.missing ?? 0 == 0,
            self.answer?.arrays.count ?? 0 < Self.largestCount,
            let byteCount = Int(exactly: announced.byteCount), byteCount > 0,
            byteCount <= HostFrame.largestByteCount - (self.answer?.byteCount ?? 0)
        else { throw Nonsense() }
        var array: ArrivingArray?
        if isWanted {
            array = ArrivingArray(elementCode: announced.elementCode, byteCount: byteCount, self.memory)
            guard array != nil else { throw Nonsense() }
        }
        if self.answer == nil { self.answer = Answer(batch: batch) }
        self.answer?.arrays.append(Arriving(number: announced.number, array: array))
        self.answer?.byteCount += byteCount
        self.answer?.missing = byteCount
    }

    /// The next bytes have come of the array that was announced last.
    ///
    /// - Throws: ``Nonsense`` where none was for this batch, or there are more of them.
    mutating func append(_ bytes: RawSpan, to batch: BatchNumber) throws(Nonsense) {
        // Not taken out to be looked at: a second owner would have all of it copied.
        guard self.answer?.batch == batch, bytes.byteCount <= self.answer?.missing ?? 0 else { throw Nonsense() }
        let isKept = unsafe bytes.withUnsafeBytes { unsafe self.answer?.append($0) ?? false }
        if isKept { self.byteCount += bytes.byteCount }
    }

    /// The answer has come: takes out what it refers to.
    ///
    /// - Throws: ``Nonsense`` where that is not whole.
    mutating func take(of batch: BatchNumber) throws(Nonsense) -> [ResultValue] {
        // Most often there is none.
        guard let answer = self.remove(batch) else { return [] }
        guard answer.missing == 0 else { throw Nonsense() }
        return answer.arrays.compactMap { arriving in
            arriving.array.map { ResultValue(number: arriving.number, byteCount: $0.byteCount, array: $0.value) }
        }
    }

    /// The batch has ended, and nothing more comes of it.
    mutating func forget(_ batch: BatchNumber) { _ = self.remove(batch) }

    private mutating func remove(_ batch: BatchNumber) -> Answer? {
        guard self.answer?.batch == batch else { return nil }
        self.byteCount = 0
        return self.answer.take()
    }
}
