// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore

/// A session whose tasks were passed on by another process: workers may keep arrays of theirs, and begin with them on lease.
package protocol RelayingSession: WorkerSession {
    /// Has workers forget an array, since no task carries it any more; does not wait.
    ///
    /// - Parameter number: The number of the array; `nil`: all.
    func forget(array number: UInt64?)

    /// Has no worker of this process begin with a task after a time, until they are told of a later one; does not wait.
    ///
    /// - Parameter time: A time of `BootClock`.
    func lease(until time: UInt64)
}
