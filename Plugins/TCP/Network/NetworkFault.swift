// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibPOSIX
import NIOCore
import NIOPosix
import NIOSSL

/// What failures of the network mean to people, and what to do about them; the library says no more than which call has failed.
enum NetworkFault {
    /// Why an address cannot be listened at.
    static func ofListening(_ error: any Error) -> String {
        if error is SocketAddressError.UnknownHost {
            return
                "the name cannot be resolved; correct it, or write one of this machine's addresses, such as 0.0.0.0 for all of them"
        }
        guard let system = self.system(error, "bind") else { return "\(error); choose another address" }
        switch system.networkFault {
        case .addressInUse:
            return "another program listens there already; end it, or choose another port (0 leaves it to the system)"
        case .addressElsewhere:
            return "this machine has no such address; name one that it has, or 0.0.0.0 for all of them"
        case .forbidden: return "this user may not listen there; choose a port from 1024 on"
        default: return "\(system); choose another address"
        }
    }

    /// Why nobody was reached at an address.
    ///
    /// - Parameters:
    ///   - error: What dialling has thrown.
    ///   - role: What this end is.
    /// - Returns: The reason, and what to do.
    static func ofDialling(_ error: any Error, by role: Greeting.Role) -> String {
        var cause = error
        if let error = error as? NIOConnectionError {
            guard let first = error.connectionErrors.first else {
                return "the name cannot be resolved; correct it, or write the number of the machine"
            }
            cause = first.error
        }
        if case .connectTimeout = cause as? ChannelError { return self.silence }
        if cause is SocketAddressError.UnknownHost {
            return "the name cannot be resolved; correct it, or write the number of the machine"
        }
        guard let system = self.system(cause, "connect") else { return "\(cause); is the address right?" }
        switch system.networkFault {
        case .refused:
            let remedy =
                switch role {
                case .coordinator:
                    "start the program there with JOBLIB_WORKER_LISTEN, and compare the port with what it prints"
                case .observer: "name where a host listens, or a call while it runs"
                default: "it is dialled again until a call listens there, see .listen"
                }
            return "nobody listens there (connection refused); \(remedy)"
        case .silent: return self.silence
        case .unreachable: return "no way leads there (\(system)); check the address, and the network of both machines"
        case .forbidden: return "a firewall of this machine forbids it (\(system)); allow the port"
        default: return self.ofConnection(cause)
        }
    }

    private static let silence =
        "no answer within \(Transport.connectTime.nanoseconds / 1_000_000_000) s; is the machine up, and does a firewall let the port through?"

    /// Why a connection has ended that was there.
    static func ofConnection(_ error: any Error) -> String {
        if case .uncleanShutdown = error as? NIOSSLError { return self.closed }
        if let system = self.system(error, "read") {
            switch system.networkFault {
            case .reset:
                return
                    "the connection was reset by the other end, or on the way there; look at what the other end prints"
            case .silent: return "the other end does not answer any more; is the machine up?"
            default: return "\(system)"
            }
        }
        let text = "\(error)"
        return text.contains("EOF during handshake") ? self.closed : text
    }

    private static let closed = "the other end has closed the connection; look at what it prints"

    private static func system(_ error: any Error, _ call: String) -> SystemError? {
        (error as? IOError).map { SystemError(errno: $0.errnoCode, call: call) }
    }
}

#endif
