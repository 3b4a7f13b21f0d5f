// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
package import JoblibWire

/// The large arrays of the answer that a thread takes in, which have come before it, whatever call they belong to.
package struct ArrivedResults: ArrayExchange {
    /// An array has not come with the answer that refers to it.
    private struct NoArray: Error {}

    // For the time of one answer: it is decoded by the thread that takes it in.
    @TaskLocal private static var current: [ResultValue] = []

    package init() {}

    /// Takes in an answer; the arrays belong to whoever has decoded them then.
    static func accept(_ answer: WorkerAnswer, _ batch: Batch) {
        // Most have none.
        if answer.arrays.isEmpty { return batch.accept(answer.bytes) }
        batch.noteArrays(of: answer.byteCount)
        Self.$current.withValue(answer.arrays) { batch.accept(answer.bytes) }
    }

    private func result(_ reference: ArrayReference) -> ResultValue? {
        Self.current.first { $0.number == reference.serial && $0.byteCount == reference.byteCount }
    }

    /// Any number: nothing is placed.
    package var inlineByteCount: Int { .max }

    package func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? { nil }

    package func holds(_ reference: ArrayReference) -> Bool { self.result(reference) != nil }

    /// Copies a result, for a value that is not the very array: one of `Int64` is not one of `Int`.
    package func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard let result = self.result(reference),
            unsafe ArrivingArray.copyElements(of: result.array, into: buffer)
        else { throw NoArray() }
    }

    /// A result, which is where it stays already.
    package func kept(_ reference: ArrayReference) -> Any? { self.result(reference)?.array }

    /// Nothing: each is taken in once.
    package func keep(_ array: Any, _ reference: ArrayReference) {}
}
