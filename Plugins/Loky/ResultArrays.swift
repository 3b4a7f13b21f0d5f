// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import JoblibWorkers

/// The large arrays that workers of this process return, whatever call they belong to.
struct ResultArrays: ArrayExchange {
    /// Where no worker was ever started there is none.
    private struct NoWorkers: Error {}

    /// Any number: nothing is placed.
    var inlineByteCount: Int { .max }

    func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? { nil }

    func holds(_ reference: ArrayReference) -> Bool { LokyPool.shared.arena?.holds(reference) ?? false }

    func read(_ reference: ArrayReference, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard let arena = LokyPool.shared.arena else { throw NoWorkers() }
        unsafe try arena.read(reference, into: buffer)
    }

    func kept(_ reference: ArrayReference) -> Any? { nil }

    func keep(_ array: Any, _ reference: ArrayReference) {}
}
