// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibTestKit

/// The backends of this package, as the kit gets them.
enum OurBackends {
    struct Threading: BackendUnderTest {
        static let name = "threading"

        static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend {
            try ThreadingBackend(request)
        }
    }

    struct Sequential: BackendUnderTest {
        static let name = "sequential"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { SequentialBackend() }
    }

    struct Multiprocessing: BackendUnderTest {
        static let name = "multiprocessing"

        static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend {
            try MultiprocessingBackend(request)
        }
    }

    struct Loky: BackendUnderTest {
        static let name = "loky"

        static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend { try LokyBackend(request) }
    }

    static let all: [any BackendUnderTest.Type] = [
        Loky.self, Multiprocessing.self, Sequential.self, Threading.self,
    ]
}

/// Backends made for these tests, which keep the contract.
enum TestBackends {
    struct FixedPool: BackendUnderTest {
        static let name = "fixed-pool"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { FixedPoolBackend() }
    }

    struct Elastic: BackendUnderTest {
        static let name = "elastic"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { ElasticBackend(workers: 64) }
    }

    struct Delaying: BackendUnderTest {
        static let name = "delaying"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend {
            FaultyBackend(.delays, on: ThreadingBackend())
        }
    }

    static let all: [any BackendUnderTest.Type] = [FixedPool.self, Elastic.self, Delaying.self]
}

/// Backends made for these tests, which break it, and one case that says so of each.
enum BrokenBackends {
    struct NoStandIn: BackendUnderTest {
        static let name = "no-stand-in"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { FixedPoolBackend(standsIn: false) }
    }

    struct Dropping: BackendUnderTest {
        static let name = "dropping"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend {
            FaultyBackend(.drops, on: ThreadingBackend())
        }
    }

    struct Twice: BackendUnderTest {
        static let name = "twice"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend {
            FaultyBackend(.runsTwice, on: ThreadingBackend())
        }
    }

    struct Unopened: BackendUnderTest {
        static let name = "unopened"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend {
            FaultyBackend(.openThrows, on: ThreadingBackend())
        }
    }

    struct Inline: BackendUnderTest {
        static let name = "inline"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { LockstepBackend(.immediate) }
    }

    struct Leaking: BackendUnderTest {
        static let name = "leaking"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { LeakingBackend() }
    }

    struct Printing: BackendUnderTest {
        static let name = "printing"

        static func makeBackend(_ request: BackendRequest) -> any ParallelBackend { PrintingBackend() }
    }

    struct Unmakeable: BackendUnderTest {
        static let name = "unmakeable"

        static func makeBackend(_ request: BackendRequest) throws -> any ParallelBackend {
            throw ParallelError(.startupFailed, "no luck")
        }
    }

    static let all: [(backend: any BackendUnderTest.Type, failing: String)] = [
        (NoStandIn.self, "timeouts/nested"), (Dropping.self, "timeouts/quick"), (Twice.self, "lifecycle/faults"),
        (Unopened.self, "order/map"), (Inline.self, "streaming/returns"), (Leaking.self, "lifecycle/holdings"),
        (Printing.self, "orchestration/settings"), (Unmakeable.self, "scopes/capabilities"),
    ]
}
