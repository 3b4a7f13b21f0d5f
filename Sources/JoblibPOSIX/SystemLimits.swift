// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// What the system allows a process, getrlimit(2), and how much of it is used.
public enum SystemLimits {
    /// How many descriptors this process may have; `nil` where that is not limited.
    public static var descriptors: Int? { self.limit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue)) }

    /// How many it has.
    public static var openDescriptors: Int {
        // By asking for each: a directory cannot be read without one more.
        (0..<Int32(clamping: min(self.descriptors ?? 65_536, 65_536))).count { fcntl($0, F_GETFD) >= 0 }
    }

    /// How many processes and threads the user may have; `nil` where that is not limited.
    public static var processes: Int? { self.limit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue)) }

    private static func limit(_ resource: __rlimit_resource_t) -> Int? {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur != rlim_t.max else { return nil }
        return Int(clamping: limit.rlim_cur)
    }
}
