// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// SIGTERM and SIGINT, for a process that is its own: it waits for them, and then ends as it likes.
public enum TerminationSignals {
    /// Has them not end the process; called on its first thread, before there is another one.
    public static func block() { joblib_block_termination() }

    /// Waits for the next one; sigwaitinfo(2).
    public static func wait() { joblib_wait_for_termination() }
}
