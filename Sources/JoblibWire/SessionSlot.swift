// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Room for one object that is kept for whoever needs one next.
///
/// No lock, so that a process that is forked at any moment can go on.
// SAFETY: an object is given to one taker, and all that touches it happened before it was put.
@safe struct SessionSlot<Session: AnyObject>: ~Copyable, @unchecked Sendable {
    private let address = unsafe Atomic<UnsafeRawPointer?>(nil)

    /// Takes what is kept, which is nobody else's then.
    borrowing func take() -> Session? {
        guard let address = unsafe self.address.exchange(nil, ordering: .acquiring) else { return nil }
        // SAFETY: `put` has retained it, and only one exchange gives it.
        return unsafe Unmanaged<Session>.fromOpaque(address).takeRetainedValue()
    }

    /// Keeps an object, and gives back what was kept.
    borrowing func put(_ session: Session) -> Session? {
        let address = unsafe UnsafeRawPointer(Unmanaged.passRetained(session).toOpaque())
        guard let other = unsafe self.address.exchange(address, ordering: .acquiringAndReleasing) else { return nil }
        // SAFETY: as above.
        return unsafe Unmanaged<Session>.fromOpaque(other).takeRetainedValue()
    }
}
