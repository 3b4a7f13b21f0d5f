// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// Who this process is.
public enum ProcessIdentity {
    /// The id of the process, getpid(2).
    public static var pid: Int { Int(getpid()) }

    /// The name of the host, gethostname(2); `"localhost"` where it has none.
    public static var hostName: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            unsafe buffer.initialize(repeating: 0)
            // One byte less than there is: a name that was cut need not be terminated.
            guard unsafe gethostname(buffer.baseAddress!, buffer.count - 1) == 0 else { return "localhost" }
            return unsafe String(cString: buffer.baseAddress!)
        }
    }
}
