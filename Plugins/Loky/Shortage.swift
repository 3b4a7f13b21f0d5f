// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWorkers

/// What the system has refused a worker, in words: what that needs, what there is, and the way out.
enum Shortage {
    // A socket, two pipes, its memory and its end; while it is started both ends of some, and copies.
    private static let descriptors = 10

    /// Makes the error of a call.
    ///
    /// - Parameters:
    ///   - error: What the system has said.
    ///   - what: What was to be done, in words.
    /// - Returns: A `ParallelError` `.resourceExhausted`.
    static func error(_ error: SystemError, _ what: String) -> ParallelError {
        ParallelError(
            .resourceExhausted,
            "loky could not \(what): \(error)\(self.need(error.shortage)); use fewer jobs, or threads"
        )
    }

    /// The same for a worker that has found it out itself.
    ///
    /// - Parameter words: What it has said.
    /// - Returns: A `ParallelError` `.resourceExhausted`.
    static func error(_ words: String) -> ParallelError {
        ParallelError(
            .resourceExhausted,
            "loky: a worker could not come up: \(words)\(self.need(.processes)); use fewer jobs, or threads"
        )
    }

    private static func need(_ shortage: SystemError.Shortage?) -> String {
        let descriptors = "; a worker needs \(self.descriptors) descriptors while it starts, and "
        switch shortage {
        case .descriptors?:
            let limit = SystemLimits.descriptors.map { "\($0)" } ?? "any number"
            return
                "\(descriptors)this process has \(SystemLimits.openDescriptors) of the \(limit) that it may have; raise the "
                + "limit (ulimit -n)"
        case .descriptorsOfSystem?:
            return "\(descriptors)the system has none left; raise its limit (/proc/sys/fs/file-max)"
        case .processes?:
            let limit = SystemLimits.processes.map { "\($0)" } ?? "any number"
            return
                "; a worker needs a process of \(self.threads) threads, and this user may have \(limit) of both together, or fewer "
                + "where a control group says so (pids.max); raise the limit (ulimit -u)"
        case .memory?:
            return
                "; a worker needs \(WorkerLink.memoryByteCount) bytes of shared memory, and the system has no more; free some"
        case nil:
            return ""
        }
    }

    private static let threads = 2
}
