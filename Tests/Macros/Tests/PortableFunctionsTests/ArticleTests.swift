// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import JoblibMacros
import Testing

// The code of the article on portable tasks.

@Portable
func simulate(_ steps: Int, seed: UInt64 = 0) throws -> [Double] {
    (0..<steps).map { Double($0) + Double(seed) }
}

struct Simulation: PortableTask {
    var steps: Int
    var seed: UInt64 = 0

    func run() throws -> [Double] {
        try simulate(self.steps, seed: self.seed)
    }
}

@Suite("The article on tasks that leave the process", .timeLimit(.minutes(1)))
struct ArticleTests {
    @Test("A task by hand, one of a function, and one that is asked for, are the same")
    func forms() throws {
        let byHand = try Parallel(nJobs: 2)((1...3).map { Delayed(Simulation(steps: $0)) })
        let byMacro = try Parallel(nJobs: 2)((1...3).map { delayed(simulate)($0, 0) })
        let task: Delayed = simulate(3, seed: 7)
        #expect(byHand == [[0], [0, 1], [0, 1, 2]])
        #expect(byMacro == byHand)
        #expect(try task.run() == [7, 8, 9])
    }
}
