// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

/// What is done before the process ends by exit(3), or by returning from `main`.
public enum ProcessExit {
    private static let actions = Mutex<[(depth: Int32, action: @Sendable () -> Void)]>([])

    /// Calls a closure at the end, atexit(3), while other threads still run.
    public static func perform(_ action: @escaping @Sendable () -> Void) {
        let isFirst = self.actions.withLock { actions in
            actions.append((joblib_fork_depth(), action))
            return actions.count == 1
        }
        guard isFirst else { return }
        atexit {
            // A copy of the process that has not been started anew has nothing to say of what is its parent's.
            let depth = joblib_fork_depth()
            for (own, action) in ProcessExit.actions.withLock({ $0 }) where own == depth { action() }
        }
    }

    /// Ends the process by SIGABRT, abort(3).
    public static func abort() -> Never { Glibc.abort() }

    /// Ends the process at once, _exit(2): no handler runs and no buffer is written.
    public static func now(_ status: Int32) -> Never { _exit(status) }
}
