// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Joblib
import JoblibTCP

/// Hosts, and the calls that use them.
struct TestCluster: Sendable {
    let token: ClusterToken
    let hosts: [HostRun]
    let addresses: [String]
    /// So that a machine that is busy is not taken for one that is gone.
    var heartbeat: Duration = .milliseconds(500)
    var more: [BackendParameter] = []

    /// Starts hosts that listen.
    init(_ hostCount: Int = 2, slots: Int = 2, token: ClusterToken = .generate(), _ variables: [String: String] = [:])
        throws
    {
        self.token = token
        self.hosts = try (0..<hostCount).map { _ in try HostRun.listening(slots: slots, token, variables) }
        self.addresses = try self.hosts.map { try $0.address }
    }

    /// Calls of hosts that exist.
    init(_ addresses: [String], _ token: ClusterToken) {
        self.token = token
        self.hosts = []
        self.addresses = addresses
    }

    /// The parameters of a call, of which those that are given come last.
    func parameters(_ workers: Int? = nil, _ more: [BackendParameter] = []) -> [BackendParameter] {
        var parameters: [BackendParameter] = [
            .workers(self.addresses), .token(self.token), .heartbeatInterval(self.heartbeat),
        ]
        if let workers { parameters.append(.waitForWorkers(atLeast: workers, within: .seconds(30))) }
        return parameters + self.more + more
    }

    /// A loop on them.
    func parallel(
        _ workers: Int? = nil,
        nJobs: Int? = nil,
        batchSize: BatchSize = 1,
        timeout: Duration? = nil,
        retries: Int = 0,
        seed: UInt64? = nil,
        _ more: BackendParameter...
    ) -> Parallel {
        Parallel(
            nJobs: nJobs,
            backend: .tcp,
            timeout: timeout,
            batchSize: batchSize,
            seed: seed,
            retries: retries,
            backendParams: self.parameters(workers, more)
        )
    }

    /// Runs a hundred tasks.
    func isWell(_ workers: Int? = nil) throws -> Bool {
        try self.parallel(workers)((0..<100).map { Delayed(Root(of: Double($0 * $0))) }) == (0..<100).map { Double($0) }
    }
}

#endif
