// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension BenchmarkCase {
    private static let halfALoop = "half of a plain loop"
    private static let closures = "half of making, calling and freeing closures in a loop"

    package static let all = Self.ofOneHost + Self.ofHosts

    private static let ofOneHost = [
        BenchmarkCase(
            "W1",
            "10⁷ tiny bodies into an array",
            work: "w1-existing",
            count: 10_000_000,
            quickCount: 100_000,
            figure: .time(.milliseconds),
            limit: halfALoop
        ),
        BenchmarkCase(
            "W1",
            "10⁷ tiny bodies into a new array",
            work: "w1-new",
            count: 10_000_000,
            quickCount: 100_000,
            figure: .time(.milliseconds),
            limit: "half of a plain loop, and two threads that touch new huge pages",
            freshBytes: 320 << 20
        ),
        BenchmarkCase(
            "W1",
            "10⁶ tiny bodies, dynamic grain 1, each",
            work: "w1-grain",
            count: 1_000_000,
            quickCount: 100_000,
            figure: .time(.nanoseconds),
            limit: "two threads that count on one counter"
        ),
        BenchmarkCase(
            "W1",
            "10⁶ tasks in a list, each",
            work: "w1-list",
            count: 1_000_000,
            quickCount: 50_000,
            figure: .time(.nanoseconds),
            limit: "half of calling closures in a loop"
        ),
        BenchmarkCase(
            "W1",
            "10⁶ tasks read lazily, all dispatched, each",
            work: "w1-lazy-all",
            count: 1_000_000,
            quickCount: 50_000,
            figure: .time(.nanoseconds),
            limit: closures
        ),
        BenchmarkCase(
            "W1",
            "10⁶ tasks read lazily, few ahead, each",
            work: "w1-lazy",
            count: 1_000_000,
            quickCount: 50_000,
            figure: .time(.nanoseconds),
            limit: closures
        ),
        BenchmarkCase(
            "W2",
            "call of two no-ops, hot",
            work: "w2-hot",
            count: 2000,
            quickCount: 200,
            figure: .time(.microseconds),
            limit: "there and back between two CPUs through shared memory"
        ),
        BenchmarkCase(
            "W2",
            "call of two no-ops after 20 ms idle",
            work: "w2-idle",
            count: 1,
            quickCount: 1,
            figure: .time(.microseconds),
            limit: "waking a thread, without waiting for it"
        ),
        BenchmarkCase(
            "W2",
            "one no-op in a pool that is hot",
            work: "w2-trip",
            count: 1000,
            quickCount: 100,
            figure: .time(.microseconds),
            limit: ""
        ),
        BenchmarkCase(
            "W2",
            "one no-op in a pool after 20 ms idle",
            work: "w2-trip-idle",
            count: 1,
            quickCount: 1,
            figure: .time(.microseconds),
            limit: ""
        ),
        BenchmarkCase(
            "W2",
            "10⁵ tasks, one at a time, each",
            work: "w2-each",
            count: 100_000,
            quickCount: 5_000,
            figure: .time(.microseconds),
            limit: ""
        ),
        BenchmarkCase(
            "W3",
            "first call of a fresh process",
            work: "w3",
            count: 1,
            quickCount: 1,
            figure: .time(.milliseconds),
            limit: "making a thread",
            isCold: true
        ),
        BenchmarkCase(
            "W4",
            "256 MiB summed by eight tasks",
            work: "w4",
            count: 1 << 25,
            quickCount: 1 << 16,
            figure: .time(.milliseconds),
            limit: "two threads that sum",
            isAboutGrowth: true
        ),
        BenchmarkCase(
            "W5",
            "eight results of 32 MiB",
            work: "w5",
            count: 1 << 22,
            quickCount: 1 << 14,
            figure: .time(.milliseconds),
            limit: "two threads that fill new huge pages",
            freshBytes: 512 << 20
        ),
        BenchmarkCase(
            "W6",
            "2,000 skewed tasks, efficiency",
            work: "w6",
            count: 2000,
            quickCount: 2000,
            figure: .efficiency,
            limit: "the sum of the durations, halved"
        ),
        Self.convolutions("5,000", 5_000),
        Self.convolutions("20,000", 20_000, omitted: ["joblib threading"]),
        Self.convolutions("50,000", 50_000, omitted: ["joblib threading", "mp.Pool"]),
        BenchmarkCase(
            "W8",
            "20 loops of 100 in a loop",
            work: "w8",
            count: 100,
            quickCount: 10,
            figure: .time(.microseconds),
            limit: halfALoop
        ),
        BenchmarkCase(
            "W9",
            "10⁶ results streamed",
            work: "w9",
            count: 1_000_000,
            quickCount: 50_000,
            figure: .time(.milliseconds),
            limit: closures,
            isAboutGrowth: true
        ),
        BenchmarkCase(
            "Probe",
            "wait of a `Task` while 64 items run",
            work: "probe",
            count: 64,
            quickCount: 16,
            figure: .time(.milliseconds),
            limit: ""
        ),
    ]

    private static let ofHosts = [
        BenchmarkCase(
            "TCP",
            "10⁵ tasks, one at a time, each",
            work: "tcp-each",
            count: 100_000,
            quickCount: 2000,
            figure: .time(.microseconds),
            limit: ""
        ),
        BenchmarkCase(
            "TCP",
            "10⁶ tasks in a list",
            work: "tcp-list",
            count: 1_000_000,
            quickCount: 20_000,
            figure: .time(.milliseconds),
            limit: ""
        ),
        BenchmarkCase(
            "TCP",
            "eight arrays of 32 MiB, there and back",
            work: "tcp-large",
            count: 1 << 22,
            quickCount: 1 << 18,
            figure: .time(.milliseconds),
            limit: "an echo over plain connections",
            freshBytes: 1 << 30
        ),
        BenchmarkCase(
            "TCP",
            "100 workers that sleep 10 ms, efficiency",
            work: "tcp-sleep",
            count: 20_000,
            quickCount: 1000,
            figure: .efficiency,
            limit: "the sum of the durations, divided by 100"
        ),
        BenchmarkCase(
            "TCP",
            "100 workers that sleep 10 ms, their coordinator",
            work: "tcp-sleep-cpu",
            count: 20_000,
            quickCount: 1000,
            figure: .share,
            limit: ""
        ),
    ]

    private static func convolutions(_ size: String, _ count: Int, omitted: [String] = []) -> BenchmarkCase {
        BenchmarkCase(
            "W7",
            "eight convolutions of \(size), speed-up",
            work: "w7",
            count: count,
            quickCount: count / 10,
            figure: .speedup,
            limit: "two workers",
            omitted: omitted
        )
    }
}
