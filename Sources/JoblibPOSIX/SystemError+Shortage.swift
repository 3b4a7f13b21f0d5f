// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

extension SystemError {
    /// Of what there is no more.
    public enum Shortage: Sendable {
        case descriptors
        case descriptorsOfSystem
        case processes
        case memory
    }

    /// Of what there is no more, if that is why the call has failed.
    public var shortage: Shortage? {
        switch self.errno {
        case EMFILE: .descriptors
        case ENFILE: .descriptorsOfSystem
        case EAGAIN: .processes
        case ENOMEM, ENOSPC: .memory
        default: nil
        }
    }
}
