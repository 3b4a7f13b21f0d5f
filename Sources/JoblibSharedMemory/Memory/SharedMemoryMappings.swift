// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// How long a process that decodes arrays has their memory mapped.
///
/// Usually as long as there is an array: a worker that is given the same one by two tasks, one after the other, may map it twice.
/// To map memory and touch it takes about as long as to copy it, so whoever runs task after task keeps it for a while.
public enum SharedMemoryMappings {
    /// Begins to keep the memory of each array that is decoded: of the last sixteen, until they were not for a second.
    public static func startKeeping() {
        SegmentTable.shared.startKeeping()
    }

    /// Lets go of memory that was kept and not decoded again for a second, which happens by itself only when another array is decoded.
    public static func dropOld() {
        SegmentTable.shared.dropOld()
    }

    /// Lets go of the memory that was kept, of which that stays which arrays have; what is decoded later is kept again.
    public static func dropAll() {
        SegmentTable.shared.dropAll()
    }

    /// Lets go of the memory that was kept, and keeps no more.
    public static func stopKeeping() {
        SegmentTable.shared.stopKeeping()
    }
}
