// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// What a process is, and the last things that it does.
public enum ThisProcess {
    /// Whether it is a copy of the program that another process of it has forked.
    public static var isForked: Bool { joblib_fork_depth() > 0 }

    /// How often it and its parents have forked to become what it is; told from memory, where its id takes a call of the system.
    public static var forkDepth: Int { Int(joblib_fork_depth()) }

    /// Whether it was started as a worker of another process of the program.
    public static var isSpawnedWorker: Bool { joblib_is_spawned_worker() != 0 }

    /// Whether it is a copy that the program has made by a fork(2) of its own, and not by this library's.
    ///
    /// On the thread that has forked, what `Synchronization.Mutex` takes for the id of the thread is that of the parent's: where
    /// two threads meet at a lock, the process ends.
    public static var isForeignCopy: Bool { joblib_is_foreign_copy() != 0 }

    /// How much memory the process has in use, in bytes: the second number of /proc/self/statm; 0 where it is not told.
    public static var residentByteCount: Int {
        let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        let numbers = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return (numbers.count > 1 ? Int(numbers[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The id of the process.
    public static var id: Int32 { getpid() }

    /// The number of the user as whom it runs.
    public static var userID: UInt32 { geteuid() }

    /// Writes a text to standard error, unbuffered.
    public static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(0, count))
        }
    }

    /// Writes out what `print` holds.
    public static func flush() {
        fflush(nil)
    }

    /// Ends the process without running what was registered to run at its end, after writing out what `print` holds.
    public static func exit(_ status: Int32) -> Never {
        self.flush()
        _exit(status)
    }
}
