// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import JoblibCluster

/// What happens to a coordinator of so many hosts with one worker each, all of them busy: written down once, so that nothing but the
/// coordinator takes time when it happens again.
///
/// It is written down as steps of 16 bytes, of which the events are made when it happens again, as the backend makes them of
/// messages. Written down as events it would be some hundred bytes of each task, which pass through the caches that the
/// coordinator's own memory is to be in: the more so the more workers there are between two tasks of the same one.
package struct ScaleSchedule {
    /// As the backend's.
    private static let settings = {
        var settings = CoordinatorSettings()
        settings.batchesAhead = 256
        return settings
    }()

    package let workers: Int
    package let taskCount: Int

    private let steps: [Step]

    /// Runs every worker so many tasks of about 10 ms, with two batches at most, as the backend does.
    package init(workers: Int, rounds: Int) {
        self.workers = workers
        self.taskCount = workers * rounds
        var recorder = Recorder(Player(workers: workers, taskCount: self.taskCount))
        recorder.run()
        self.steps = recorder.steps
    }

    /// Lets it happen again.
    ///
    /// - Returns: The nanoseconds of CPU time that the coordinator took for a task, and how many tasks it has finished.
    package func replay() -> (nanosecondsPerTask: Double, finishedCount: Int) {
        var player = Player(workers: self.workers, taskCount: self.taskCount)
        var finishedCount = 0
        let start = Self.processorTime
        player.begin()
        for step in self.steps {
            player.take(step)
            for case .finish in player.effects { finishedCount += 1 }
        }
        let nanoseconds = Double(Self.processorTime - start)
        return (nanoseconds / Double(self.taskCount), finishedCount)
    }

    private static var processorTime: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension ScaleSchedule {
    /// A worker ends a batch, and its session has another one; or the time has come that the coordinator has asked for.
    private struct Step {
        let time: UInt64

        /// The numbers of the host and of the batch; 0 where the time has come.
        let link: UInt32
        let batch: UInt32
    }

    /// A coordinator that is told what happens.
    private struct Player {
        private let workers: Int
        private let taskCount: Int
        private var coordinator = Coordinator(settings: ScaleSchedule.settings)
        private var submittedCount = 0

        /// What came of the last step.
        private(set) var effects: [CoordinatorEffect] = []

        /// Has the hosts come, and the session.
        init(workers: Int, taskCount: Int) {
            self.workers = workers
            self.taskCount = taskCount
            for link in 1...UInt64(workers) {
                let host = HostDescription(processID: link.littleEndianBytes, name: "host \(link)", slots: 1)
                self.coordinator.handle(.joined(link, host), at: 0, into: &self.effects)
            }
            self.coordinator.handle(.opened(1, SessionWishes()), at: 0, into: &self.effects)
        }

        /// Gives each worker two batches.
        mutating func begin() {
            self.effects.removeAll(keepingCapacity: true)
            for _ in 0..<(2 * self.workers) { self.submit(at: 0) }
        }

        mutating func take(_ step: Step) {
            self.effects.removeAll(keepingCapacity: true)
            guard step.link > 0 else { return self.tell(.woken, at: step.time) }
            let (link, batch) = (LinkNumber(step.link), BatchNumber(step.batch))
            // Bytes are heard of before they are understood.
            self.tell(.heard(link), at: step.time)
            self.tell(.message(link, .answer(batch)), at: step.time)
            self.tell(.message(link, .finished(batch)), at: step.time)
            self.submit(at: step.time)
        }

        private mutating func submit(at now: UInt64) {
            guard self.submittedCount < self.taskCount else { return }
            self.submittedCount += 1
            self.tell(.submitted(1, BatchNumber(self.submittedCount), call: 1), at: now)
        }

        private mutating func tell(_ event: CoordinatorEvent, at now: UInt64) {
            self.coordinator.handle(event, at: now, into: &self.effects)
        }
    }

    /// Plays hosts to a coordinator, and writes down what it is told.
    private struct Recorder {
        private var player: Player
        private var agenda = Agenda<(LinkNumber, BatchNumber)>()
        private var wake: UInt64 = .max
        private var random = SplitMix64(seed: 1)
        private(set) var steps: [Step] = []

        init(_ player: Player) {
            self.player = player
        }

        mutating func run() {
            self.player.begin()
            self.note(at: 0)
            while let (time, (link, batch)) = self.agenda.popFirst() {
                while self.wake <= time {
                    let now = self.wake
                    self.wake = .max
                    self.take(Step(time: now, link: 0, batch: 0))
                }
                self.take(Step(time: time, link: UInt32(link), batch: UInt32(batch)))
            }
        }

        private mutating func take(_ step: Step) {
            self.steps.append(step)
            self.player.take(step)
            self.note(at: step.time)
        }

        private mutating func note(at now: UInt64) {
            for effect in self.player.effects {
                switch effect {
                case .run(let link, let batch, _):
                    // About 10 ms, twice as long with the batch before it.
                    self.agenda.insert((link, batch), at: now + self.random.number(in: 15_000_000...25_000_000))
                case .wake(let time): self.wake = time
                default: break
                }
            }
        }
    }
}
