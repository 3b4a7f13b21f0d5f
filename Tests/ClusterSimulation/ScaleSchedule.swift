// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import JoblibCluster

/// What happens to a coordinator of so many hosts with one worker each, all of them busy: written down once, so that nothing but the
/// coordinator takes time when it happens again.
package struct ScaleSchedule {
    private static let settings = CoordinatorSettings()

    package let workers: Int
    package let taskCount: Int

    /// Hosts that come, and a session.
    private let beginning: [CoordinatorEvent]

    private let events: [(event: CoordinatorEvent, time: UInt64)]

    /// Runs every worker so many tasks of about 10 ms, with two batches at most, as the backend does.
    package init(workers: Int, rounds: Int) {
        self.workers = workers
        self.taskCount = workers * rounds
        let joins = (1...UInt64(workers))
            .map { link -> CoordinatorEvent in
                let id = link.littleEndianBytes
                return .joined(link, HostDescription(processID: id, name: "host \(link)", slots: 1))
            }
        self.beginning = joins + [.opened(1, SessionWishes())]
        var recorder = Recorder(Self.begun(self.beginning), taskCount: self.taskCount)
        for _ in 0..<(2 * workers) { recorder.submit() }
        recorder.run()
        self.events = recorder.events
    }

    /// Lets it happen again.
    ///
    /// - Returns: The nanoseconds of CPU time that the coordinator took for a task, and how many tasks it has finished.
    package func replay() -> (nanosecondsPerTask: Double, finishedCount: Int) {
        var coordinator = Self.begun(self.beginning)
        var effects: [CoordinatorEffect] = []
        var finishedCount = 0
        let start = Self.processorTime
        for (event, time) in self.events {
            coordinator.handle(event, at: time, into: &effects)
            for case .finish in effects { finishedCount += 1 }
            effects.removeAll(keepingCapacity: true)
        }
        let nanoseconds = Double(Self.processorTime - start)
        return (nanoseconds / Double(self.taskCount), finishedCount)
    }

    private static func begun(_ events: [CoordinatorEvent]) -> Coordinator {
        var coordinator = Coordinator(settings: self.settings)
        var effects: [CoordinatorEffect] = []
        for event in events { coordinator.handle(event, at: 0, into: &effects) }
        return coordinator
    }

    private static var processorTime: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension ScaleSchedule {
    /// Plays hosts to a coordinator, and writes down what it is told.
    private struct Recorder {
        private var coordinator: Coordinator
        private var effects: [CoordinatorEffect] = []
        private var agenda = Agenda<(LinkNumber, BatchNumber)>()
        private var wake: UInt64 = .max
        private var now: UInt64 = 0
        private var random = SplitMix64(seed: 1)
        private let taskCount: Int
        private var submittedCount = 0
        private(set) var events: [(event: CoordinatorEvent, time: UInt64)] = []

        init(_ coordinator: Coordinator, taskCount: Int) {
            self.coordinator = coordinator
            self.taskCount = taskCount
        }

        mutating func run() {
            while let (time, (link, batch)) = self.agenda.popFirst() {
                while self.wake <= time {
                    self.now = self.wake
                    self.wake = .max
                    self.handle(.woken)
                }
                self.now = time
                // Bytes are heard of before they are understood.
                self.handle(.heard(link))
                self.handle(.message(link, .answer(batch)))
                self.handle(.message(link, .finished(batch)))
                self.submit()
            }
        }

        mutating func submit() {
            guard self.submittedCount < self.taskCount else { return }
            self.submittedCount += 1
            self.handle(.submitted(1, BatchNumber(self.submittedCount), call: 1))
        }

        private mutating func handle(_ event: CoordinatorEvent) {
            self.events.append((event, self.now))
            self.coordinator.handle(event, at: self.now, into: &self.effects)
            for effect in self.effects {
                switch effect {
                case .run(let link, let batch, _):
                    // About 10 ms, twice as long with the batch before it.
                    self.agenda.insert((link, batch), at: self.now + self.random.number(in: 15_000_000...25_000_000))
                case .wake(let time): self.wake = time
                default: break
                }
            }
            self.effects.removeAll(keepingCapacity: true)
        }
    }
}
