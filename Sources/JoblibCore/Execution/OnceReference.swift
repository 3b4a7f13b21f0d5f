// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// A reference that is set once and read without a lock.
///
/// Not `AtomicLazyReference`, whose `load` looks a generic type up each time, which takes longer than all that is done
/// with the reference.
@safe
struct OnceReference<Object: AnyObject & Sendable>: ~Copyable, Sendable {
    // The address of an object that is retained for as long as this is there; 0: none yet.
    //
    // Releasing when it is set, acquiring when it is read: who sees the reference sees the object.
    private let address = Atomic<UInt>(0)

    init() {}

    deinit {
        let bits = self.address.load(ordering: .acquiring)
        if let pointer = unsafe UnsafeRawPointer(bitPattern: bits) {
            unsafe Unmanaged<Object>.fromOpaque(pointer).release()
        }
    }

    /// The object, if it has been set.
    var object: Object? {
        let bits = self.address.load(ordering: .acquiring)
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: bits) else { return nil }
        // SAFETY: set from `toOpaque` below, and released by `deinit` alone.
        return unsafe Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Sets the object, unless one has been set.
    ///
    /// - Returns: The one that is set now.
    func set(_ object: Object) -> Object {
        let retained = unsafe Unmanaged.passRetained(object)
        let bits = unsafe UInt(bitPattern: retained.toOpaque())
        if self.address.compareExchange(expected: 0, desired: bits, ordering: .acquiringAndReleasing).exchanged {
            return object
        }
        unsafe retained.release()
        return self.object ?? object
    }
}
