// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import BenchmarkReport

/// A case with a figure, and contenders with a median each.
func result(
    _ work: String = "w1-existing",
    figure: Figure = .time(.milliseconds),
    ours: Double? = nil,
    growth: Int? = nil,
    peers: [String: Double],
    limits: [Double] = []
) -> CaseResult {
    let benchmark = BenchmarkCase("W1", "a case", work: work, count: 1, quickCount: 1, figure: figure, limit: "a limit")
    let mine = ContenderResult(
        name: "ours",
        kind: .ours,
        samples: ours.map { [$0] } ?? [],
        memory: growth.map { MemoryUse(initial: 1000, peak: 1000 + $0) },
        problem: ours == nil ? "crashed" : nil
    )
    let others = peers.sorted { $0.key < $1.key }
        .map { name, median in
            ContenderResult(name: name, kind: .peer, samples: [median])
        }
    return CaseResult(benchmark, contenders: [mine] + others, limits: limits)
}
