// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Testing

@testable import JoblibCore

struct CallPlanTests {
    @Test(
        "A duration becomes whole nanoseconds, within what a clock reading can be added to",
        arguments: [
            (.zero, 0), (.nanoseconds(1), 1), (.seconds(1) + .nanoseconds(999_999_999), 1_999_999_999),
            (Duration(secondsComponent: 0, attosecondsComponent: 1), 0),
            (Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999), 1),
            (.nanoseconds(-1), 0), (.seconds(-1), 0), (Duration(secondsComponent: .min, attosecondsComponent: 0), 0),
            (.seconds(9_223_372_036), 9_223_372_036_000_000_000),
            (.seconds(9_223_372_037), .max / 2),
            (.seconds(18_446_744_073), .max / 2),
            (.seconds(18_446_744_073) + .milliseconds(800), .max / 2),
            (.seconds(18_446_744_074), .max / 2),
            (Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999), .max / 2),
        ] as [(Duration, UInt64)]
    )
    func clampedNanoseconds(duration: Duration, nanoseconds: UInt64) {
        #expect(duration.clampedNanoseconds == nanoseconds)
    }

    @Test("Nothing that needs watching means no supervision")
    func supervision() {
        #expect(!CallPlan.fixture().isSupervised)
        #expect(CallPlan.fixture(timeout: .seconds(1)).isSupervised)
        #expect(CallPlan.fixture(report: .fixture(observer: EventDelivery { _ in })).isSupervised)
        #expect(!CallPlan.fixture(report: .fixture(bar: .lines)).isSupervised)
    }

    @Test("A time limit needs a thread to leave behind, where the backend has one")
    func needsWorker() {
        let plain = CallPlan.fixture()
        #expect(!plain.needsWorker && plain.callerWorks && !plain.checksTimeAfterwards)
        let timed = CallPlan.fixture(timeout: .seconds(1))
        #expect(timed.needsWorker && !timed.callerWorks && !timed.checksTimeAfterwards)
        let sequential = CallPlan.fixture(backend: SequentialBackend(), timeout: .seconds(1))
        #expect(!sequential.needsWorker && sequential.callerWorks && sequential.checksTimeAfterwards)
    }

    @Test("A pool's session is closed at its end, and not before whoever has borrowed it gives it back")
    func pooledSession() throws {
        let session = ClosingSession()
        let pool = PooledSession(OpenedSession(session, nil, isShipped: false))
        try #require(pool.lend()).close()
        let borrowed = try #require(pool.lend())
        #expect(session.closings.value == 0)
        pool.end()
        #expect(session.closings.value == 0)
        #expect(pool.lend() == nil)
        borrowed.close()
        #expect(session.closings.value == 1)
    }
}

private final class ClosingSession: WorkerSession {
    let closings = Counter()

    func submit(_ batch: Batch) {}

    func close() {
        self.closings.increase()
    }
}
