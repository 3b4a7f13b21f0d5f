// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibWorkers

/// A large array that is sent in pieces, each read when it is to be sent.
protocol SentArray {
    var byteCount: Int { get }

    /// Whether nobody needs what of it has not been sent.
    var isObsolete: Bool { get }

    /// What stands before each piece.
    var pieceFrame: HostFrame { get }

    /// Copies some of its bytes to a buffer of as many; returns whether they are there.
    func copy(_ range: Range<Int>, to buffer: UnsafeMutableRawBufferPointer) -> Bool
}

extension HostArray: SentArray {
    var pieceFrame: HostFrame {
        HostFrame(kind: self.isMapped ? .mappedArray : .array, number: self.number, second: UInt64(self.byteCount))
    }

    func copy(_ range: Range<Int>, to buffer: UnsafeMutableRawBufferPointer) -> Bool {
        unsafe self.withBytes(range) { unsafe buffer.copyMemory(from: $0) }
        return true
    }
}

/// A large array of a worker's answer to a batch.
struct SentResult: SentArray {
    let batch: BatchNumber
    let result: WorkerResult

    var byteCount: Int { self.result.array.byteCount }

    /// Never: one that nobody wants any more is taken out of what waits.
    var isObsolete: Bool { false }

    /// What is sent before it.
    var announcement: HostMessage {
        let array = self.result.array
        return .result(
            self.batch,
            ResultArray(
                elementCode: array.elementCode,
                number: UInt64(array.number),
                byteCount: UInt64(array.byteCount)
            )
        )
    }

    var pieceFrame: HostFrame { HostFrame(kind: .resultPiece, number: self.batch) }

    func copy(_ range: Range<Int>, to buffer: UnsafeMutableRawBufferPointer) -> Bool {
        (try? unsafe self.result.read(into: buffer, at: range.lowerBound)) != nil
    }
}

#endif
