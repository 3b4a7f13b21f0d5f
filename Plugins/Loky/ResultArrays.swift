// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import JoblibWorkers

/// The large arrays that workers of this process return, whatever call they belong to.
struct ResultArrays: ArenaResults {
    /// Any number: nothing is placed.
    var inlineByteCount: Int { .max }

    var results: SharedArena? { LokyPool.shared.arena }

    func place(_ bytes: UnsafeRawBufferPointer, of array: Any) -> ArrayReference? { nil }
}
