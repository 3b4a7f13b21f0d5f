// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// Tasks that any backend can run, also one whose workers see bytes only.
extension ConformanceCase {
    static let portable: [ConformanceCase] = {
        let family = Family("portable")
        return [
            ConformanceCase(
                family,
                "lists",
                "portable tasks give their outputs in order, at hand or read lazily, in batches of any size",
                [8, 22, 39, 40],
                needs: []
            ) { subject in
                let doubled = (0..<300).map { $0 * 2 }
                for (nJobs, size) in [(1, BatchSize.auto), (2, .auto), (4, 1), (2, 7), (3, 1000)] {
                    let call = subject.parallel(nJobs, batchSize: size)
                    try requireEqual(try call((0..<300).map { Delayed(Doubled(number: $0)) }), doubled, "an array")
                    try requireEqual(try call((0..<300).lazy.map { Delayed(Doubled(number: $0)) }), doubled, "a list")
                }
                try requireEqual(try subject.parallel(2)([Delayed<Int>]()), [], "no tasks")
                let texts = try subject.parallel(2)((0..<50).map { Delayed(Described(numbers: [$0, $0])) })
                try requireEqual(texts, (0..<50).map { ["no. \($0)", "no. \($0)"] }, "texts")
            },
            ConformanceCase(
                family,
                "asynchronous",
                "asynchronous callers get the same",
                [22],
                needs: []
            ) { subject in
                let doubled = (0..<200).map { $0 * 2 }
                let (list, lazy, streamed) = try inTask {
                    let call = subject.parallel(2)
                    var streamed: [Int] = []
                    let stream = try call((0..<200).map { Delayed(Doubled(number: $0)) }, returnAs: .generator)
                    for try await output in stream { streamed.append(output) }
                    return (
                        try await call((0..<200).map { Delayed(Doubled(number: $0)) }),
                        try await call((0..<200).lazy.map { Delayed(Doubled(number: $0)) }), streamed
                    )
                }
                try requireEqual(list, doubled, "an array")
                try requireEqual(lazy, doubled, "a list")
                try requireEqual(streamed, doubled, "a stream")
            },
            ConformanceCase(
                family,
                "streams",
                "streams of portable tasks yield every output, and stop the input with their consumer",
                [22, 28],
                needs: []
            ) { subject in
                for nJobs in [1, 3] {
                    let tasks = (0..<100).map { Delayed(Doubled(number: $0)) }
                    for kind in [GeneratorKind.generator, .generatorUnordered] {
                        let stream = try subject.parallel(nJobs)(tasks, returnAs: kind)
                        var outputs: [Int] = []
                        while let output = try stream.next() { outputs.append(output) }
                        try requireEqual(outputs.sorted(), (0..<100).map { $0 * 2 }, "the outputs")
                    }
                }
                let read = Tally()
                let endless = (0..<1_000_000).lazy
                    .map { index in
                        read.add()
                        return Delayed(Doubled(number: index))
                    }
                let stream = try subject.parallel(2, batchSize: 2)(endless, returnAs: .generator)
                for _ in 0..<4 { _ = try stream.next() }
                try require(read.count <= (2 + 4 + 2) * 2, "\(read.count) tasks were read for four results")
            },
            ConformanceCase(
                family,
                "context",
                "portable tasks see their index, attempt and worker, and draw the numbers of their seed",
                [31],
                needs: []
            ) { subject in
                let seen = try subject.parallel(3)((0..<60).map { _ in Delayed(Whereabouts()) })
                for (index, place) in seen.enumerated() {
                    try requireEqual(Array(place.prefix(2)), [index, 1], "the index and the attempt")
                    try require(0..<3 ~= place[2], "the worker has the index \(place[2])")
                }
                let tasks = (0..<40).map { _ in Delayed(Drawn()) }
                let expected = try Parallel(nJobs: 1, backend: "sequential", seed: 11)(tasks)
                try requireEqual(try subject.parallel(3, seed: 11)(tasks), expected, "the random numbers")
            },
            ConformanceCase(
                family,
                "nested",
                "loops inside of portable tasks run where these do",
                [10, 13, 30],
                needs: []
            ) { subject in
                let tables = try subject.parallel(2)((1..<8).map { Delayed(Table(rows: $0)) })
                try requireEqual(tables, (1..<8).map { rows in (0..<rows).map { $0 * rows } }, "the tables")
            },
            ConformanceCase(
                family,
                "large",
                "values of megabytes travel both ways whole",
                [22, 40],
                needs: []
            ) { subject in
                let values = (0..<400_000).map { Double($0) }
                let outputs = try subject.parallel(2)((0..<4).map { Delayed(Reversed(values: values + [Double($0)])) })
                for (index, output) in outputs.enumerated() {
                    try requireEqual(output.count, values.count + 1, "the count of an output")
                    try requireEqual(output[0], Double(index), "its first value")
                    try requireEqual(output.last, 0, "its last value")
                }
            },
            ConformanceCase(
                family,
                "concurrent",
                "eight threads at once send portable tasks, each by a call, and all by one pool",
                [9, 17],
                needs: []
            ) { subject in
                let call = subject.parallel(3)
                try onThreads(8) { thread in
                    let outputs = try call((0..<20).map { Delayed(Doubled(number: $0 * thread)) })
                    try requireEqual(outputs, (0..<20).map { $0 * thread * 2 }, "a call")
                }
                try call.withPool { pool in
                    try onThreads(8) { thread in
                        for _ in 0..<subject.repetitions(20) {
                            let outputs = try pool((0..<20).map { Delayed(Doubled(number: $0 * thread)) })
                            try requireEqual(outputs, (0..<20).map { $0 * thread * 2 }, "a call")
                        }
                    }
                }
            },
            ConformanceCase(
                family,
                "faults",
                "batches of portable tasks are completed, each once",
                [8, 34, 41],
                needs: [.workers]
            ) { subject in
                let faults = Recorder<String>()
                let observer = ProgressDisplay.observer { event in
                    if event.kind == .backendFault { faults.note(event.error?.detail ?? "") }
                }
                for _ in 0..<3 {
                    _ = try subject.parallel(3, progress: observer)((0..<100).map { Delayed(Doubled(number: $0)) })
                }
                try requireEqual(faults.all, [], "faults")
            },
            ConformanceCase(
                family,
                "holdings",
                "calls of portable tasks leave no thread, descriptor, child process or shared memory",
                [18],
                needs: [],
                isIsolated: true
            ) { subject in
                try Self.requireNoRemains {
                    let tasks = (0..<20).map { Delayed(Doubled(number: $0)) }
                    _ = try subject.parallel(2)(tasks)
                    try subject.parallel(2).withPool { pool in for _ in 0..<2 { _ = try pool(tasks.lazy.map { $0 }) } }
                    let stream = try subject.parallel(2)(tasks, returnAs: .generator)
                    _ = try stream.next()
                }
            },
            ConformanceCase(
                family,
                "refused",
                "a closure is refused before anything is asked of the backend, by an error that names the ways out",
                [1],
                needs: [.bytesOnly]
            ) { subject in
                let mixed = (0..<50).map { index in index == 30 ? delayed { index } : Delayed(Doubled(number: index)) }
                let recording = RecordingBackend(try subject.makeBackend())
                let call = subject.parallel(on: recording, 2)
                for refused in [
                    { _ = try call(mixed) }, { _ = try call.map(0..<3) { $0 } },
                    { _ = try call(mixed, returnAs: .generator) },
                ] as [() throws -> Void] {
                    let error = try requireThrows(ParallelError.self, "a closure", refused)
                    try requireEqual(error.code, .taskNotPortable, "the code")
                    for word in ["@Portable", "multiprocessing"] {
                        try require(error.detail.contains(word), "'\(error.detail)' does not name \(word)")
                    }
                }
                try requireEqual(recording.entries, [], "what was asked of the backend")
            },
        ]
    }()
}
