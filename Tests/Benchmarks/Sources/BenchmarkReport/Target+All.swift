// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Target {
    // Not the slow ones: to be as far ahead of them as on one machine says nothing of us on another.
    private static let taskLists = [
        Reference("OpenMP task", 10.5e-9), Reference("TBB task_group", 63e-9), Reference("rayon spawn", 76e-9),
    ]

    /// The targets for two workers.
    package static let all =
        [
            Target("w1-existing", "`forEachChunk`", asked: 1.02),
            Target(
                "w1-new",
                "`map`",
                asked: 15e-3,
                references: [.init("rayon collect", 26.6e-3)],
                beatsEveryPeer: true
            ),
            Target(
                "w1-grain",
                "`forEach`",
                asked: 8e-9,
                references: [.init("concurrentPerform", 8.8e-9), .init("rayon", 15.3e-9), .init("TBB", 16.9e-9)]
            ),
            Target("w1-list", "a list", asked: 15e-9, references: taskLists),
            Target("w1-lazy-all", "`preDispatch: .all`", asked: 25e-9, references: taskLists),
            Target("w1-lazy", "default `preDispatch`", asked: 90e-9, references: taskLists),
            Target(
                "w2-hot",
                "`forEach(0..<2)`",
                asked: 0.5e-6,
                references: [
                    .init("TBB", 0.22e-6), .init("concurrentPerform", 0.29e-6), .init("OpenMP", 0.47e-6),
                ]
            ),
            Target(
                "w2-idle",
                "`forEach(0..<2)`",
                asked: 12e-6,
                references: [
                    .init("TBB", 6e-6), .init("concurrentPerform", 15e-6),
                ]
            ),
            Target(
                "w6",
                "`map`",
                asked: 0.993,
                references: [
                    .init("rayon grain 1", 0.995), .init("OpenMP guided", 0.995),
                ]
            ),
            Target("w7-5000", "`map`", asked: 1.9, .absolute),
            Target("w7-20000", "`map`", asked: 1.95, .absolute),
            Target("w7-50000", "`map`", asked: 1.95, .absolute),
            Target(
                "w8",
                "`map` in `map`",
                asked: 12e-6,
                references: [
                    .init("rayon", 10e-6), .init("concurrentPerform", 12e-6), .init("TBB", 17e-6),
                ]
            ),
            Target(
                "w9",
                "`returnAs: .generator`",
                asked: 80e-3,
                references: [.init("TaskGroup with a window", 665e-3), .init("mp.Pool", 272e-3)],
                growth: 4 << 20
            ),
            Target("probe", "`await forEach`", asked: 5e-3, .absolute),
            // Ten times as many roots as where it was set.
            Target("w1-new", "`map`", on: "multiprocessing", asked: 150e-3, references: [.init("mp.Pool", 2290e-3)]),
            Target(
                "w1-list",
                "a list",
                on: "multiprocessing",
                asked: 100e-9,
                references: [.init("joblib multiprocessing", 1.7e-6)]
            ),
            Target(
                "w3",
                "`forEach(0..<2)`",
                on: "multiprocessing",
                asked: 2e-3,
                references: [.init("mp.Pool", 12.5e-3), .init("joblib loky", 96e-3)]
            ),
            // 1.3 times the threads, and the fork.
            Target(
                "w4",
                "`map`",
                on: "multiprocessing",
                asked: 1.3,
                references: [.init("swift-joblib threading", 1)],
                growth: 16 << 20
            ),
            Target(
                "w5",
                "`map`",
                on: "multiprocessing",
                asked: 90e-3,
                references: [.init("mp.Pool", 924e-3), .init("joblib loky", 787e-3)]
            ),
            Target("w6", "`map`", on: "multiprocessing", asked: 0.985, references: [.init("joblib loky", 0.968)]),
            Target(
                "w8",
                "`map` in `map`",
                on: "multiprocessing",
                asked: 3e-3,
                references: [.init("joblib loky", 149e-3)]
            ),
        ] + Self.loky + Self.tcp

    private static let loky = [
        Target(
            "w1-list",
            "a list of portable tasks",
            on: "loky",
            asked: 120e-9,
            references: [.init("joblib loky", 1.7e-6)]
        ),
        Target(
            "w2-hot",
            "a list of two",
            on: "loky",
            asked: 5e-6,
            references: [.init("mp.Pool", 485e-6), .init("joblib loky", 10.5e-3)]
        ),
        Target(
            "w2-trip",
            "a list of one in `withPool`",
            on: "loky",
            asked: 2e-6,
            references: [.init("ProcessPoolExecutor", 113e-6), .init("mp.Pool", 130e-6)]
        ),
        Target(
            "w2-trip-idle",
            "a list of one in `withPool`",
            on: "loky",
            asked: 60e-6,
            references: [.init("ProcessPoolExecutor", 113e-6), .init("mp.Pool", 130e-6)]
        ),
        Target(
            "w2-each",
            "`batchSize: 1`",
            on: "loky",
            asked: 1e-6,
            references: [.init("mp.Pool", 12.5e-6), .init("joblib loky", 97e-6)]
        ),
        Target(
            "w3",
            "a list of two",
            on: "loky",
            asked: 10e-3,
            references: [.init("mp.Pool", 12.5e-3), .init("joblib loky", 208e-3)]
        ),
        Target(
            "w4",
            "a list",
            on: "loky",
            asked: 130e-3,
            references: [.init("joblib loky", 309e-3)],
            growth: 768 << 20
        ),
        // Half as much again as the threads.
        Target(
            "w4",
            "a list",
            on: "loky, SharedArray",
            asked: 1.5,
            references: [.init("swift-joblib threading", 1)],
            growth: 16 << 20
        ),
        Target("w5", "a list", on: "loky", asked: 80e-3, references: [.init("joblib loky", 787e-3)]),
        Target("w6", "a list", on: "loky", asked: 0.985, references: [.init("joblib loky", 0.968)]),
        Target("w8", "`map` in a list", on: "loky", asked: 0.5e-3, references: [.init("joblib loky", 132e-3)]),
        Target(
            "w9",
            "`returnAs: .generator`",
            on: "loky",
            asked: 200e-3,
            references: [.init("mp.Pool", 272e-3), .init("joblib loky", 2.8)],
            growth: 8 << 20
        ),
    ]

    private static let tcp = [
        Target(
            "tcp-each",
            "`batchSize: 1`",
            on: "tcp",
            asked: 15e-6,
            references: [.init("Ray", 1e-3), .init("Dask", 3.5e-3), .init("joblib dask", 53e-6)]
        ),
        Target("tcp-list", "a list of portable tasks", on: "tcp", asked: 0.6, .absolute),
        // At least 0.8 of how fast the echo is.
        Target("tcp-large", "a list", on: "tcp", asked: 1 / 0.8, references: [.init("NIOSSL echo", 1)]),
        Target(
            "tcp-large",
            "a list",
            on: "tcp, plaintext",
            asked: 1 / 0.6,
            references: [.init(Target.Reference.limit, 1)]
        ),
        Target("tcp-sleep", "`batchSize: 1`", on: "tcp", asked: 0.95, .absolute),
        Target("tcp-sleep-cpu", "`batchSize: 1`", on: "tcp", asked: 0.5, .absolute),
    ]
}
