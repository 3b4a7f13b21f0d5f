// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
package import JoblibPOSIX

/// Memory that all workers of a caller share with it: a counter, which moves when one of them has something to say, and until when
/// they may begin with tasks.
// SAFETY: the memory is held; what is in it is touched through C atomics, at constant places within its size.
@safe
package struct WorkerBell: @unchecked Sendable {
    static let byteCount = 4096
    private static let leasePlace = 64

    package let file: SharedMemoryFile
    package let rings: WaitWord

    init(_ file: SharedMemoryFile) {
        self.file = file
        self.rings = WaitWord(in: file, at: 0)
    }

    /// Makes one.
    ///
    /// - Throws: `SystemError`.
    package static func make() throws(SystemError) -> WorkerBell {
        WorkerBell(try SharedMemoryFile(name: "joblib-bell", byteCount: self.byteCount))
    }

    private var leaseEnd: UInt64 {
        unsafe UInt64(
            bitPattern: joblib_shared_load((self.file.start + Self.leasePlace).assumingMemoryBound(to: Int64.self))
        )
    }

    /// Has workers begin with no task after a time of ``BootClock``, until they are told of a later one.
    ///
    /// Somebody else may run the tasks then. It stands in memory since whoever would have to say so may sleep, or be stopped, itself.
    package func lease(until time: UInt64) {
        unsafe joblib_shared_store(
            (self.file.start + Self.leasePlace).assumingMemoryBound(to: Int64.self),
            // 0 stands for no end.
            Int64(clamping: max(time, 1))
        )
    }

    /// Whether a worker may begin with a task; at the price of a look at memory where nobody has ever set an end.
    var isLeased: Bool {
        let end = self.leaseEnd
        return end == 0 || BootClock.now < end
    }
}
