// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Memory that the tasks of a group write to, which an array cannot be.
// SAFETY: whoever shares it writes elements of its own, and reads after all have ended.
final class SharedDoubles: @unchecked Sendable {
    private let buffer: UnsafeMutableBufferPointer<Double>

    init(count: Int) {
        self.buffer = .allocate(capacity: count)
        self.buffer.initialize(repeating: 0)
    }

    deinit { self.buffer.deallocate() }

    var array: [Double] { Array(self.buffer) }

    subscript(index: Int) -> Double {
        get { self.buffer[index] }
        set { self.buffer[index] = newValue }
    }

    func spoil() {
        for index in stride(from: 0, to: self.buffer.count, by: 97) { self.buffer[index] = -1 }
    }
}
