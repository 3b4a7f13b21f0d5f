// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore

/// A session whose workers may keep arrays of tasks that were passed on to them.
package protocol RelayingSession: WorkerSession {
    /// Has workers forget an array, since no task carries it any more; does not wait.
    ///
    /// - Parameter number: The number of the array; `nil`: all.
    func forget(array number: UInt64?)
}
