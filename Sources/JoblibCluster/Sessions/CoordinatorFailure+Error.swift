// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

extension CoordinatorFailure {
    /// What the core is told.
    var error: any Error {
        switch self {
        case .notBegun(let isReturned, let why): BatchNotBegun(description: why, isReturned: isReturned)
        case .died(let notice): notice.death
        case .lost(let why): HostLoss(description: why)
        }
    }
}

extension SessionFailure {
    /// What the session's calls end with.
    var error: ParallelError {
        switch self {
        case .refused(let refusal): ParallelError(ParallelError.Code(refusal.code), refusal.detail)
        case .noHosts(let time):
            ParallelError(
                .noWorkers,
                "no host has been there for \(Duration.nanoseconds(Int64(clamping: time))); start one, and call again"
            )
        }
    }
}

extension GrantRefusal {
    /// Whether the session asks for what no host can do, so that no other one is to be asked.
    var isOfTheCall: Bool {
        [.invalidArgument, .taskNotPortable].contains(ParallelError.Code(self.code))
    }
}
