// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Synchronization

// SAFETY: the memory is held by its owner, and read alone; the rest are constants and an atomic.
/// A large array that goes to each host once that has a batch which refers to it.
///
/// Whoever may still send it, or has sent a batch that refers to it, holds it; when nobody does, the hosts that have it are told.
@safe
package final class HostArray: @unchecked Sendable {
    // Relaxed: a number is all that two arrays have to agree on. From anywhere on, so that no two coordinators have the same ones.
    private static let numbers = Atomic<UInt64>(.random(in: 1...(.max >> 1)))

    /// What tells it from all others.
    package let number: UInt64

    /// Whether workers map it, and do not copy it.
    package let isMapped: Bool

    /// Its elements.
    private let bytes: UnsafeRawBufferPointer
    private let owner: Any
    private let didEnd: @Sendable (UInt64) -> Void

    // Relaxed: a flag alone.
    private let isCancelled = Atomic<Bool>(false)

    /// Describes an array.
    ///
    /// - Parameters:
    ///   - bytes: Its elements.
    ///   - owner: What keeps them; not written to while it is held.
    ///   - isMapped: Whether workers map it, and do not copy it.
    ///   - didEnd: Called with its number when nobody holds it any more.
    package init(
        _ bytes: UnsafeRawBufferPointer,
        of owner: Any,
        isMapped: Bool,
        didEnd: @escaping @Sendable (UInt64) -> Void
    ) {
        self.isMapped = isMapped
        self.number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
        unsafe self.bytes = unsafe bytes
        self.owner = owner
        self.didEnd = didEnd
    }

    deinit { self.didEnd(self.number) }

    package var byteCount: Int { unsafe self.bytes.count }

    /// Whether nobody needs what of it has not been sent.
    package var isObsolete: Bool { self.isCancelled.load(ordering: .relaxed) }

    /// Its call is over.
    func cancel() { self.isCancelled.store(true, ordering: .relaxed) }

    /// Hands some of its bytes to a closure.
    package func withBytes<Result>(
        _ range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try unsafe body(UnsafeRawBufferPointer(rebasing: self.bytes[range]))
    }

    /// Whether it has these very bytes.
    func equals(_ other: UnsafeRawBufferPointer) -> Bool { unsafe RawBytes.areEqual(self.bytes, other) }
}
