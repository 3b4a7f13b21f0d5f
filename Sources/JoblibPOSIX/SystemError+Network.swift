// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

extension SystemError {
    /// What is wrong with an address, or the way there.
    public enum NetworkFault: Sendable {
        /// Somebody listens there already (EADDRINUSE).
        case addressInUse

        /// This machine has no such address (EADDRNOTAVAIL).
        case addressElsewhere

        /// This user may not (EACCES, EPERM).
        case forbidden

        /// Nobody listens there (ECONNREFUSED).
        case refused

        /// The other end, or something on the way, has ended the connection (ECONNRESET, EPIPE, ECONNABORTED).
        case reset

        /// Nobody answers (ETIMEDOUT).
        case silent

        /// No way leads there (EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN).
        case unreachable
    }

    /// What is wrong, if the call was about a connection.
    public var networkFault: NetworkFault? {
        switch self.errno {
        case EADDRINUSE: .addressInUse
        case EADDRNOTAVAIL: .addressElsewhere
        case EACCES, EPERM: .forbidden
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .reset
        case ETIMEDOUT: .silent
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN: .unreachable
        default: nil
        }
    }

    /// Whether there is nothing of that name (ENOENT, ENOTDIR).
    public var isAbsence: Bool { [ENOENT, ENOTDIR].contains(self.errno) }
}
