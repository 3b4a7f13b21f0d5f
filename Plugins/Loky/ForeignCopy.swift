// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// Copies of the process that the program itself has forked.
enum ForeignCopy {
    /// Refuses a call in one.
    ///
    /// Its parent's workers are not its own: a ring has one writer. And a pool of its own it could not watch, since locks do not
    /// work between the thread that has forked and others.
    static func refuse() throws(ParallelError) {
        guard ThisProcess.isForeignCopy else { return }
        throw ParallelError(
            .startupFailed,
            "loky: process \(ThisProcess.id) is a copy that fork(2) has made, in which no pool can be kept; call it in the parent, or let "
                + "the copy begin anew by execve(2)"
        )
    }
}
