// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc

/// SIGTERM and SIGINT, for a process that is its own: it waits for them, and then ends as it likes.
public enum TerminationSignals {
    /// Has them not end the process; called on its first thread, before there is another one.
    public static func block() { joblib_block_termination() }

    /// Waits for the next one; sigwaitinfo(2).
    public static func wait() { joblib_wait_for_termination() }

    /// Where they arrive, once they are blocked, for whoever waits for other things as well; signalfd(2).
    public struct Inbox: ~Copyable {
        let descriptor: Int32

        /// Opens it.
        ///
        /// - Throws: ``SystemError`` when there is no descriptor left.
        public init() throws(SystemError) {
            let descriptor = joblib_termination_descriptor()
            guard descriptor >= 0 else { throw SystemError(errno: errno, call: "signalfd") }
            self.descriptor = descriptor
        }

        deinit { close(self.descriptor) }
    }
}
