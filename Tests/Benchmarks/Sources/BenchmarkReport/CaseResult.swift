// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What came of one case.
package struct CaseResult: Sendable {
    package let benchmark: BenchmarkCase

    package let contenders: [ContenderResult]

    /// The limit of each round; empty where there is none.
    package let limits: [Double]

    package init(_ benchmark: BenchmarkCase, contenders: [ContenderResult], limits: [Double]) {
        self.benchmark = benchmark
        self.contenders = contenders
        self.limits = limits
    }

    /// The median of the limit.
    package var limit: Double? { Statistics(self.limits)?.median }

    /// The best of the peers, and its median.
    package var bestPeer: (name: String, median: Double)? {
        let peers = self.contenders.filter { $0.kind == .peer }
            .compactMap { peer in
                peer.statistics.map { (name: peer.name, median: $0.median) }
            }
        return peers.max { self.benchmark.figure.isAtLeast($1.median, asGoodAs: $0.median) && $0.median != $1.median }
    }

    /// Our contender on the default backend.
    package var ours: ContenderResult? { self.contenders.first { $0.kind == .ours } }

    package func contender(_ name: String) -> ContenderResult? { self.contenders.first { $0.name == name } }
}

/// What came of one contender in a case.
package struct ContenderResult: Sendable {
    package enum Kind: Sendable {
        case ours
        case peer
    }

    package let name: String
    package let kind: Kind

    /// What must be known of its figures.
    package var note: String

    /// One value for each round, in the case's figure.
    package var samples: [Double]

    package var memory: MemoryUse?

    /// Why there are no samples.
    package var problem: String?

    package init(
        name: String,
        kind: Kind,
        note: String = "",
        samples: [Double] = [],
        memory: MemoryUse? = nil,
        problem: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.note = note
        self.samples = samples
        self.memory = memory
        self.problem = problem
    }

    package var statistics: Statistics? { self.problem == nil ? Statistics(self.samples) : nil }
}

/// The memory of a contender's process and of all that it started, in bytes.
package struct MemoryUse: Equatable, Sendable {
    /// When it was ready.
    package let initial: Int

    /// The most there was.
    package let peak: Int

    package init(initial: Int, peak: Int) {
        self.initial = initial
        self.peak = peak
    }

    package var growth: Int { max(0, self.peak - self.initial) }
}
