// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore

/// Results are taken while the loop runs, and the input follows the consumer.
extension ConformanceCase {
    static let streaming: [ConformanceCase] = {
        let family = Family("streaming")
        return [
            ConformanceCase(family, "ordered", "a generator yields every output in the order of the input", [22, 28]) {
                subject in
                for nJobs in [1, 2, 4] {
                    let stream =
                        try subject.parallel(nJobs)(
                            (0..<2000).lazy.map { index in delayed { index } },
                            returnAs: .generator
                        )
                    for expected in 0..<2000 { try requireEqual(try stream.next(), expected, "an output") }
                    try requireEqual(try stream.next(), nil, "the end")
                }
            },
            ConformanceCase(family, "unordered", "an unordered generator yields every output once", [22, 28]) {
                subject in
                for nJobs in [1, 2, 4] {
                    let stream =
                        try subject.parallel(nJobs)(
                            (0..<2000).lazy.map { index in delayed { index } },
                            returnAs: .generatorUnordered
                        )
                    var outputs: [Int] = []
                    while let output = try stream.next() { outputs.append(output) }
                    try requireEqual(outputs.sorted(), Array(0..<2000), "the outputs, nJobs \(nJobs)")
                }
            },
            ConformanceCase(family, "backPressure", "a consumer that stops stops the input", [28]) { subject in
                let reads = Tally()
                let window = 6
                let tasks = (0..<1_000_000).lazy
                    .map { index in
                        reads.add()
                        return delayed { index }
                    }
                let stream =
                    try subject.parallel(2, preDispatch: PreDispatch(window), batchSize: 1)(tasks, returnAs: .generator)
                for taken in 1...50 {
                    try requireEqual(try stream.next(), taken - 1, "an output")
                    try require(reads.count <= taken + window, "\(reads.count) were read when \(taken) had been taken")
                }
            },
            ConformanceCase(
                family,
                "returns",
                "a call returns its stream while the tasks are at work",
                [7],
                needs: [.closures, .sharedMemory, .workers]
            ) { subject in
                let gate = Gate()
                let stream =
                    try subject.parallel(2)(
                        (0..<4).lazy
                            .map { index in
                                delayed { () throws -> Int in
                                    try gate.pass()
                                    return index
                                }
                            },
                        returnAs: .generator
                    )
                // Had `submit` waited, nobody would open the gate.
                gate.open()
                var outputs: [Int] = []
                while let output = try stream.next() { outputs.append(output) }
                try requireEqual(outputs, [0, 1, 2, 3], "the outputs")
            },
            ConformanceCase(family, "failure", "a failure is thrown in its place, and ends the stream", [23, 28]) {
                subject in
                let stream =
                    try subject.parallel(2)(
                        (0..<1000).lazy
                            .map { index in
                                delayed { () throws -> Int in
                                    if index == 20 { throw Mishap(number: index) }
                                    return index
                                }
                            },
                        returnAs: .generator
                    )
                for expected in 0..<20 { try requireEqual(try stream.next(), expected, "an output") }
                let failure = try requireThrows(TaskFailure.self, "the stream") { try stream.next() }
                try requireEqual(failure.index, 20, "the index")
                try requireEqual(try stream.next(), nil, "what follows")
            },
        ]
    }()
}
