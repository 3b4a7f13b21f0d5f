// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import BenchmarkReport

/// Measures one case: all contenders by turns, so that a neighbour's noise meets all of them.
struct CaseRunner {
    let benchmark: BenchmarkCase
    let rounds: Int
    let count: Int
    let programs: [PeerProgram]

    func run(_ quiet: inout Quiet) throws -> CaseResult {
        let entrants = self.programs.flatMap { program in
            program.entries.filter { $0.work == self.benchmark.work && !self.benchmark.omitted.contains($0.contender) }
                .map { Entrant(program, $0, self.benchmark, count: self.count) }
        }
        // Also on the way out of an interrupt.
        defer { for entrant in entrants { entrant.end() } }
        if self.benchmark.isCold {
            try self.measureCold(entrants, &quiet)
        } else {
            try self.measure(entrants, &quiet)
        }
        return self.result(of: entrants)
    }

    private func measure(_ entrants: [Entrant], _ quiet: inout Quiet) throws {
        for entrant in entrants {
            try entrant.start()
            try entrant.sample(keeping: false)
        }
        for round in 0..<self.rounds {
            // Nobody always runs after the same one.
            for entrant in entrants.rotated(by: round) where entrant.isRunning {
                BackedMemory.provide(self.benchmark.freshBytes)
                try quiet.wait()
                try entrant.sample(keeping: true)
            }
        }
        for entrant in entrants {
            try entrant.weigh(isCold: false)
            entrant.end()
        }
    }

    private func measureCold(_ entrants: [Entrant], _ quiet: inout Quiet) throws {
        for round in 0..<self.rounds {
            for entrant in entrants.rotated(by: round) where entrant.isRunning {
                try entrant.start()
                try quiet.wait()
                try entrant.sample(keeping: true)
                try entrant.weigh(isCold: true)
                entrant.end()
            }
        }
    }

    private func result(of entrants: [Entrant]) -> CaseResult {
        let limits = entrants.filter { $0.role == .limit }.flatMap(\.samples)
        let contenders = entrants.filter { $0.role != .limit }
        switch self.benchmark.figure {
        case .time, .share:
            return CaseResult(self.benchmark, contenders: contenders.map { $0.finish { $0 } }, limits: limits)
        case .efficiency:
            let ideal = Statistics(limits)?.median ?? .nan
            return CaseResult(self.benchmark, contenders: contenders.map { $0.finish { ideal / $0 } }, limits: [1])
        case .speedup:
            return CaseResult(self.benchmark, contenders: contenders.map { $0.finish { $0 } }, limits: [2])
        }
    }
}

extension Array {
    fileprivate func rotated(by offset: Int) -> [Element] {
        self.isEmpty ? [] : Array(self[(offset % self.count)...] + self[..<(offset % self.count)])
    }
}
