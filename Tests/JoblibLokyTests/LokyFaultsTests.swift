// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

@Suite("Every fault on a task's way, wherever the call is made", .timeLimit(.minutes(5)), .serialized)
struct LokyFaultsTests {
    @Test("In a call of its own, alone or in a batch", arguments: Fault.allCases, [1, 4])
    func direct(_ fault: Fault, _ batchSize: Int) async throws {
        await LokyBackend.shutDownIdleWorkers()
        #expect(try FaultRound(fault: fault, batchSize: batchSize).run() == [])
    }

    @Test("While the results of another call are taken", arguments: Fault.allCases, [false, true])
    func whileConsuming(_ fault: Fault, _ isOrdered: Bool) async throws {
        await LokyBackend.shutDownIdleWorkers()
        try Self.consume(isOrdered ? .generator : .generatorUnordered, fault)
    }

    private static func consume(_ kind: GeneratorKind, _ fault: Fault) throws {
        let tasks = (0..<30).map { Delayed(Square(value: $0)) }
        let results = try loky(tasks, returnAs: kind)
        var outputs: [Int] = []
        while let output = try results.next() {
            outputs.append(output)
            if outputs.count == 5 { #expect(try FaultRound(fault: fault, batchSize: 1).run() == []) }
        }
        #expect(outputs.sorted() == (0..<30).map { $0 * $0 })
    }

    @Test("Inside of a task on a thread", arguments: Fault.allCases)
    func insideThread(_ fault: Fault) async throws {
        await LokyBackend.shutDownIdleWorkers()
        let threads = Parallel(nJobs: 4, backend: .threading)
        let complaints = try await threads.map(0..<2) { index in
            index == 0 ? try FaultRound(fault: fault, batchSize: 1).run() : []
        }
        #expect(complaints == [[], []])
    }

    @Test("Inside of a task in a worker", arguments: Fault.allCases)
    func insideWorker(_ fault: Fault) async throws {
        await LokyBackend.shutDownIdleWorkers()
        try Self.expectSameWorkers(fault)
    }

    private static func expectSameWorkers(_ fault: Fault) throws {
        try expectHealth()
        let before = LokyBackend.workerPIDs
        #expect(before.count == 2)
        #expect(try loky([Delayed(FaultRound(fault: fault, batchSize: 1))]) == [[]])
        // What ends in it is its own worker's.
        #expect(LokyBackend.workerPIDs == before)
    }
}

/// Makes a call with a culprit in the process that it runs in, and says what is not as it should be.
struct FaultRound: PortableTask {
    var fault: Fault
    var batchSize: Int

    func run() throws -> [String] {
        let call = Parallel(nJobs: 2, backend: .loky, batchSize: .init(self.batchSize))
        var complaints = try self.faultsOfHealth("before")
        let before = Set(LokyBackend.workerPIDs)
        let results = try call.results(
            (0..<12).map { Delayed(Travelling(value: $0, fault: $0 == 7 ? self.fault : nil)) }
        )
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let parcel):
                if parcel.value != index || index == 7 { complaints.append("task \(index) gave \(parcel.value)") }
            case .failure(let failure):
                if index != 7 || failure.index != 7 || failure.reason != self.fault.reason {
                    complaints.append("task \(index): \(failure)")
                }
            }
        }
        complaints += try self.faultsOfHealth("after")
        // A task whose worker was killed has run three times.
        let mayEnd = !self.fault.endsWorker ? 0...0 : self.fault.reason.name == "quarantined" ? 1...3 : 1...1
        let ended = before.subtracting(LokyBackend.workerPIDs).count
        if !mayEnd.contains(ended) { complaints.append("\(ended) of \(before.count) workers have ended") }
        return complaints
    }

    private func faultsOfHealth(_ when: String) throws -> [String] {
        let outputs = try loky((0..<1000).map { Delayed(Square(value: $0)) })
        return outputs == (0..<1000).map { $0 * $0 } ? [] : ["\(when): a thousand tasks gave \(outputs.count) others"]
    }
}
