// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Memory that the machine has at hand.
enum BackedMemory {
    /// Touches memory and gives it back: a virtual machine's host takes away what was free for a while, and to get it
    /// back takes twenty times as long as to fill it.
    static func provide(_ bytes: Int) {
        guard bytes > 0 else { return }
        let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { return }
        madvise(memory, bytes, MADV_HUGEPAGE)
        for offset in stride(from: 0, to: bytes, by: 4096) {
            memory.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
        }
        munmap(memory, bytes)
    }
}
