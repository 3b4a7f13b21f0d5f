// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

@Suite("The lines that verbose prints of hosts")
struct HostLinesTests {
    @Test(
        "tell of those that are lost or left out, and above 10 of those that come and go",
        arguments: [(1, false), (10, false), (11, true), (60, true)]
    )
    func lines(verbosity: Int, tellsAll: Bool) {
        let rule = VerboseRule(verbosity: verbosity, preDispatch: 4, isSequential: false)
        var text = VerboseText(rule: rule, backend: "tcp")
        let told: [HostEvent] = [
            .joined("a", workers: 1), .joined("b", workers: 8), .left("a"), .lost("b", because: "reset"),
            .excluded("c", because: "no descriptors"),
        ]
        let lines = told.flatMap { host in
            var event = ParallelEvent(host.kind, call: CallID(number: 1))
            event.set(ParallelEvent.Rare(host: host))
            return text.lines(for: event, at: 0)
        }
        let all = ["Host a has come with 1 worker.", "Host b has come with 8 workers.", "Host a has left."]
        #expect(lines == (tellsAll ? all : []) + ["Host b is lost: reset", "Host c is left out: no descriptors"])
    }
}
