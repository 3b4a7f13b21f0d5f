// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import Testing

@testable import JoblibTCP

@Suite("What a call asks of hosts that it launches")
struct LaunchSettingsTests {
    @Test(
        "For how many workers a call waits: for all of hosts that begin together, otherwise for one, and for as many as it says"
    )
    func wait() throws {
        let array: BackendParameter = .launch(.slurmArray(count: 100), workersPerHost: 2)
        let nodes: BackendParameter = .launch(.slurm(nodes: 3), workersPerHost: 2)
        let cases: [([BackendParameter], Int, Duration)] = [
            ([array], 1, .seconds(60)), ([nodes], 6, .seconds(60)), ([.launch(.mpi(count: 4))], 4, .seconds(60)),
            ([.launch(.ssh(["a", "b"]))], 1, .seconds(60)), ([.listen("127.0.0.1:0")], 1, .seconds(10)),
            ([nodes, .waitForWorkers(within: .seconds(5))], 6, .seconds(5)),
            ([nodes, .waitForWorkers(atLeast: 1)], 1, .seconds(10)),
            ([array, .waitForWorkers(atLeast: 8, within: .seconds(5))], 8, .seconds(5)),
        ]
        for (parameters, count, limit) in cases {
            let more: [BackendParameter] = [.token(.generate())]
            let settings = try TCPSettings(BackendRequest(name: "tcp", parameters: parameters + more))
            #expect(settings.wantedCount == count && settings.waitLimit == limit)
        }
    }
}

#endif
