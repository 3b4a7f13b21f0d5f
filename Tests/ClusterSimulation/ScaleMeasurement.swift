// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// What it costs to hand a batch to one of so many hosts with one worker each, and to take in what it says.
package struct ScaleMeasurement {
    private let workers: Int
    private let rounds: Int

    package init(workers: Int, tasks: Int = 1_000_000) {
        self.workers = workers
        self.rounds = max(1, tasks / workers)
    }

    /// Measures it, and says so.
    package func run() -> String {
        var coordinator = Coordinator(settings: CoordinatorSettings())
        var effects: [CoordinatorEffect] = []
        var now: UInt64 = 0
        for link in 1...UInt64(self.workers) {
            let id = link.littleEndianBytes
            let description = HostDescription(processID: id, name: "host \(link)", slots: 1)
            coordinator.handle(.joined(link, description), at: now, into: &effects)
        }
        coordinator.handle(.opened(1, SessionWishes()), at: now, into: &effects)
        effects.removeAll()

        var agenda = Agenda<(LinkNumber, BatchNumber)>()
        var wake: UInt64 = .max
        var random = SplitMix64(seed: 1)
        let taskCount = UInt64(self.rounds * self.workers)
        var nextBatch: BatchNumber = 1
        var finishedCount: UInt64 = 0
        var elapsed = Duration.zero
        let clock = ContinuousClock()

        func handle(_ event: CoordinatorEvent) {
            elapsed += clock.measure { coordinator.handle(event, at: now, into: &effects) }
            for effect in effects {
                switch effect {
                case .run(let link, let batch, _):
                    // About 10 ms, twice as long with the batch before it.
                    agenda.insert((link, batch), at: now + random.number(in: 15_000_000...25_000_000))
                case .finish: finishedCount += 1
                case .wake(let time): wake = time
                default: break
                }
            }
            effects.removeAll(keepingCapacity: true)
        }
        func submit() {
            guard nextBatch <= taskCount else { return }
            handle(.submitted(1, nextBatch, call: 1))
            nextBatch += 1
        }
        for _ in 0..<(2 * self.workers) { submit() }
        while finishedCount < taskCount, let (time, (link, batch)) = agenda.popFirst() {
            while wake <= time {
                now = wake
                wake = .max
                handle(.woken)
            }
            now = time
            // Bytes are heard of before they are understood.
            handle(.heard(link))
            handle(.message(link, .answer(batch)))
            handle(.message(link, .finished(batch)))
            submit()
        }
        let nanoseconds = Double(elapsed.components.seconds) * 1e9 + Double(elapsed.components.attoseconds) / 1e9
        let perTask = Int(nanoseconds / Double(taskCount))
        return
            "\(self.workers) workers: \(perTask) ns per task (\(finishedCount) tasks, \(now / 1_000_000) ms of virtual time)"
    }
}
