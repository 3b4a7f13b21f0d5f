// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import JoblibPOSIX

/// What is to be done for as long as this process lives.
enum HostPlan {
    /// A program is kept that was named.
    case keep(HostKeeper)

    #if TCP
    /// Programs are kept that are received.
    case receive(ExecutableKeeper)
    #endif

    /// Does it; called on the first thread of the process, before there is another one.
    ///
    /// - Throws: `ExitCode` in the end; `WorkerFailure`, `ParallelError`, `SystemError`.
    func carryOut() throws {
        TerminationSignals.block()
        let signals = try TerminationSignals.Inbox()
        switch self {
        case .keep(var keeper):
            switch try keeper.run(signals) {
            case .ended(let status): throw ExitCode(status)
            case .failed(let failure, _): throw failure
            case .outdated: break
            }
        #if TCP
        case .receive(var keeper): throw ExitCode(try keeper.run(signals))
        #endif
        }
    }
}
