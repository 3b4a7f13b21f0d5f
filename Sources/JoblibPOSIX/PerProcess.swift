// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Synchronization

/// An object that each process has its own of: a forked child, whose parent's threads are not there, begins with a new one.
///
/// What the parent's had locked at the moment of the fork stays locked for ever in the child's copy, which is never touched.
public final class PerProcess<Object: AnyObject & Sendable>: Sendable {
    private let make: @Sendable () -> Object

    // The object, retained for ever: whoever has got it may still use it.
    //
    // Acquiring and releasing: who reads the address sees the object as it was made.
    private let address = Atomic<UInt>(0)

    // How deep the process is that has made the object, from 1. Written after the address.
    private let depth = Atomic<Int>(0)

    /// Makes a place for objects.
    ///
    /// - Parameter make: Makes one; several threads may do so at once at first, of whose objects one is kept.
    public init(_ make: @escaping @Sendable () -> Object) {
        self.make = make
    }

    /// This process's object.
    public var object: Object {
        let depth = Int(joblib_fork_depth()) + 1
        if self.depth.load(ordering: .acquiring) == depth {
            return Self.object(at: self.address.load(ordering: .acquiring))
        }
        let stale = self.address.load(ordering: .acquiring)
        // Another thread may have been faster.
        if self.depth.load(ordering: .acquiring) == depth { return self.object }
        let fresh = unsafe Unmanaged.passRetained(self.make())
        let (exchanged, current) = self.address.compareExchange(
            expected: stale,
            desired: unsafe UInt(bitPattern: fresh.toOpaque()),
            ordering: .acquiringAndReleasing
        )
        guard exchanged else {
            unsafe fresh.release()
            return Self.object(at: current)
        }
        self.depth.store(depth, ordering: .releasing)
        return unsafe fresh.takeUnretainedValue()
    }

    // SAFETY: an address that stands in `address` was retained and is never released.
    private static func object(at address: UInt) -> Object {
        unsafe Unmanaged<Object>.fromOpaque(UnsafeRawPointer(bitPattern: address)!).takeUnretainedValue()
    }
}
