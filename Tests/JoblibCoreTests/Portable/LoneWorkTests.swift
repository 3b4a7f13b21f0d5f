// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct LoneWorkTests {
    @Test("What is to be alone waits for others, and has others wait for it")
    func turns() {
        var work = LoneWork<Int>()
        #expect(Self.name(work.next(isIdle: false)) == "go")
        work.add(1)
        work.add(2)
        #expect(Self.name(work.next(isIdle: false)) == "wait")
        #expect(Self.name(work.next(isIdle: true)) == "send 1")
        // Out, and nothing goes with it.
        #expect(Self.name(work.next(isIdle: false)) == "wait")
        #expect(Self.name(work.next(isIdle: true)) == "send 2")
        #expect(work.isEmpty)
        #expect(Self.name(work.next(isIdle: false)) == "wait")
        #expect(Self.name(work.next(isIdle: true)) == "go")
        #expect(Self.name(work.next(isIdle: false)) == "go")
    }

    private static func name(_ step: LoneWork<Int>.Step) -> String {
        switch step {
        case .send(let work): "send \(work)"
        case .wait: "wait"
        case .go: "go"
        }
    }
}
