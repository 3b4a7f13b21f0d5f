// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Whether the calling thread is one of a session's, which may need it for the very batch that it waits for.
enum WorkerThread {
    /// The session on one of whose threads an asynchronous caller's errand runs.
    @TaskLocal static var errandSession: (any WorkerSession)?

    /// The session that the calling thread belongs to as far as the core knows; `nil` for a thread of the program.
    static var session: (any WorkerSession)? { Runner.current?.loop.session ?? self.errandSession }

    /// Waits until an event moves, which may take a batch that has not begun.
    static func wait(for event: WaitWord, while seen: UInt32, spins: Int = 0) {
        guard let session = self.session else {
            event.wait(while: seen, spins: spins)
            return
        }
        // Not every moment's wait is worth another thread.
        if spins > 0, event.wait(while: seen, spins: spins, until: 0) { return }
        session.whileWaiting { event.wait(while: seen) }
    }
}
