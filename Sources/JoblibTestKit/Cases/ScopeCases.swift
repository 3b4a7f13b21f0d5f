// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// What a scope says reaches the call, and what the call knows reaches its tasks.
extension ConformanceCase {
    static let scopes: [ConformanceCase] = {
        let family = Family("scopes")
        return [
            ConformanceCase(family, "chosen", "a loop that names no backend runs on the scope's", [9, 31]) { subject in
                let recording = RecordingBackend(try subject.makeBackend())
                let results = try parallelConfig(backend: .instance(recording), nJobs: 3) {
                    try Parallel(timeout: .seconds(20)).map(0..<50) { $0 }
                }
                try requireEqual(results, Array(0..<50), "the results")
                if subject.capabilities.hasWorkers {
                    try requireEqual(recording.entries.first, .opened(workers: 3), "the first thing said to it")
                }
            },
            ConformanceCase(family, "tasks", "tasks see the scope around their call", [31]) { subject in
                let seen = try parallelConfig(backend: subject.selection, nJobs: 4, seed: 11) {
                    try Parallel(nJobs: 3)
                        .map(0..<50) { _ in
                            // The budget of the loop around it, and the scope's own seed.
                            let numbers = try Parallel(nJobs: 1)
                                .map(0..<1) { _ in TaskContext.current?.randomNumberGenerator.next() ?? 0 }
                            return [UInt64(try effectiveNJobs(nil))] + numbers
                        }
                }
                try require(seen.allSatisfy { $0 == seen[0] }, "tasks of one call see different scopes: \(seen[0...3])")
                let jobs = subject.capabilities.nested == .inherited ? UInt64(subject.workers(3)) : seen[0][0]
                try requireEqual(seen[0][0], jobs, "nJobs inside of a task")
            },
            ConformanceCase(family, "context", "every task knows its index, its attempt and its worker", [31]) {
                subject in
                for nJobs in [1, 3] {
                    let contexts = try subject.parallel(nJobs, batchSize: 1)
                        .map(0..<200) { _ in
                            let context = TaskContext.current
                            return [context?.index ?? -1, context?.attempt ?? -1, context?.workerIndex ?? -1]
                        }
                    for (index, context) in contexts.enumerated() {
                        try requireEqual(Array(context[0...1]), [index, 1], "index and attempt")
                        try require((0..<nJobs).contains(context[2]), "a worker has the index \(context[2])")
                    }
                }
                try require(TaskContext.current == nil, "there is a task context outside of a task")
            },
            ConformanceCase(family, "parameters", "a parameter that the backend does not declare is refused", [3]) {
                subject in
                let parameter = BackendParameter(name: "noSuchParameter", value: 1)
                let call = Parallel(nJobs: 2, backend: subject.selection, backendParams: [parameter])
                let error = try requireThrows(ParallelError.self, "a call") { try call.map(0..<2) { $0 } }
                try requireEqual(error.code, .unsupportedOption, "the code")
                try require(error.detail.contains("noSuchParameter"), "the parameter is not named: \(error)")
            },
            ConformanceCase(family, "defaults", "nJobs unset is the backend's default", [2]) { subject in
                let asked = subject.capabilities.defaultNJobs
                try require(asked != 0, "defaultNJobs is 0")
                let jobs = try parallelConfig(backend: subject.selection) { try effectiveNJobs(nil) }
                let expected = asked > 0 ? asked : max(1, cpuCount() + 1 + asked)
                try requireEqual(jobs, subject.capabilities.hasWorkers ? expected : 1, "nJobs")
            },
            ConformanceCase(family, "capabilities", "capabilities do not change", [1]) { subject in
                for _ in 0..<5 {
                    let backend = try subject.makeBackend()
                    for _ in 0..<5 { try requireEqual(backend.capabilities, subject.capabilities, "capabilities") }
                }
            },
        ]
    }()

    static let seeds: [ConformanceCase] = {
        let family = Family("seeds")
        let draw: @Sendable (Int) -> [UInt64] = { _ in
            guard let generator = TaskContext.current?.randomNumberGenerator else { return [] }
            return [generator.next(), generator.next()]
        }
        return [
            ConformanceCase(
                family,
                "equal",
                "a seed gives each task the same numbers, whatever nJobs and batch size",
                [31]
            ) {
                subject in
                let expected = try Parallel(nJobs: 1, backend: .sequential, seed: 7).map(0..<100, draw)
                for (nJobs, batchSize) in [(1, BatchSize.auto), (2, 1), (4, 7), (4, .auto)] {
                    let numbers = try subject.parallel(nJobs, batchSize: batchSize, seed: 7).map(0..<100, draw)
                    try requireEqual(numbers, expected, "the numbers, nJobs \(nJobs)")
                }
                try require(Set(expected).count == 100, "two tasks have the same numbers")
            },
            ConformanceCase(family, "retry", "a retry draws the same numbers again", [27, 31]) { subject in
                let numbers = try subject.parallel(2, seed: 7, retries: 1)
                    .map(0..<20) { index in
                        let drawn = draw(index)
                        if TaskContext.current?.attempt == 1 { throw Mishap(number: index) }
                        return drawn
                    }
                let expected = try Parallel(nJobs: 1, backend: .sequential, seed: 7).map(0..<20, draw)
                try requireEqual(numbers, expected, "the numbers")
            },
        ]
    }()
}
