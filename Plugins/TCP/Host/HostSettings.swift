// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX

/// What a host is started with, in environment variables.
struct HostSettings {
    static let slotsVariable = "JOBLIB_WORKER_SLOTS"
    static let arrayBytesVariable = "JOBLIB_WORKER_ARRAY_BYTES"
    static let orphanVariable = "JOBLIB_WORKER_ORPHAN_SECONDS"
    static let labelVariable = "JOBLIB_WORKER_LABEL"
    static let makesWayVariable = "JOBLIB_WORKER_MAKES_WAY"
    static let largestLabel = 48
    static let plaintextVariable = "JOBLIB_PLAINTEXT_ON_LOOPBACK"

    /// Whether coordinators dial it, at this address, or it dials one there.
    let listens: Bool
    let address: HostAddress

    /// How many workers it has.
    let slots: Int

    /// How many bytes of memory large arrays of tasks may take here; `nil`: half of what there is.
    let arrayByteCount: Int?

    /// For how many seconds it stays that has no coordinator; `nil`: until it is ended.
    let orphanTime: Int?

    /// What it was launched as, for people and for whoever has launched it; empty where nobody has.
    let label: String

    /// Whether whoever has started it ends it when a coordinator of another build comes, and is given that one.
    let makesWay: Bool

    /// `nil`: nothing is encrypted.
    let credentials: ClusterCredentials?

    init(listens: Bool, _ address: String) throws(ParallelError) {
        ClusterToken.takeVariable()
        self.listens = listens
        self.address = try HostAddress(address)
        guard listens || self.address.port != 0 else {
            throw ParallelError(.invalidArgument, "'\(self.address)' has no port to dial")
        }
        let slots = ProcessEnvironment.value(Self.slotsVariable)
        guard let count = slots == nil ? cpuCount() : Int(slots ?? ""), 1...Greeting.maximumSlots ~= count else {
            throw ParallelError(
                .invalidArgument,
                "\(Self.slotsVariable) is '\(slots ?? "")', which is no number of workers; write 1 to \(Greeting.maximumSlots)"
            )
        }
        self.slots = count
        let arrayBytes = ProcessEnvironment.value(Self.arrayBytesVariable)
        self.arrayByteCount = arrayBytes.flatMap { Int($0) }
        guard arrayBytes == nil || (self.arrayByteCount ?? -1) >= 0 else {
            throw ParallelError(
                .invalidArgument,
                "\(Self.arrayBytesVariable) is '\(arrayBytes ?? "")', which is no number of bytes; write 0 or more"
            )
        }
        let orphanTime = ProcessEnvironment.value(Self.orphanVariable)
        self.orphanTime = orphanTime.flatMap { Int($0) }
        guard orphanTime == nil || 1...1_000_000 ~= self.orphanTime ?? 0 else {
            throw ParallelError(
                .invalidArgument,
                "\(Self.orphanVariable) is '\(orphanTime ?? "")', which is no number of seconds; write 1 to 1000000"
            )
        }
        self.label = String((ProcessEnvironment.value(Self.labelVariable) ?? "").prefix(Self.largestLabel))
        self.makesWay = ProcessEnvironment.value(Self.makesWayVariable) == "1"
        guard ProcessEnvironment.value(Self.plaintextVariable) == "1" else {
            self.credentials = try ClusterCredentials.forHost()
            if self.credentials == nil {
                throw ParallelError(
                    .insecureTransport,
                    "no token; name the file that holds it in JOBLIB_TOKEN_FILE, the same as the coordinator's"
                )
            }
            return
        }
        self.credentials = nil
        guard self.address.isLoopback else {
            throw ParallelError(
                .insecureTransport,
                "\(Self.plaintextVariable) is 1, and '\(self.address)' is not on this machine; unset it, and give both ends a token"
            )
        }
    }
}

#endif
