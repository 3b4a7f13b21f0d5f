// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWorkers
import Synchronization

/// Looks once a second, while workers have something to do, whether a signal has stopped one, and whether the thread that takes
/// answers in for all is kept by one of them.
///
/// On the supervisor's thread, on which no code of users runs.
final class WorkWatch: Sendable {
    private let supervisor: ProcessSupervisor
    private let receiver: AnswerReceiver
    private let workers: @Sendable () -> [LokyWorker]

    // Sequentially consistent where it is cleared: whoever hands work in looks after it has. Relaxed where it is most often set.
    private let isOn = Atomic<Bool>(false)

    /// Makes one that looks at nobody.
    ///
    /// - Parameters:
    ///   - supervisor: On whose thread it looks.
    ///   - receiver: Who takes answers in.
    ///   - workers: Says who there is.
    init(
        _ supervisor: ProcessSupervisor,
        _ receiver: AnswerReceiver,
        _ workers: @escaping @Sendable () -> [LokyWorker]
    ) {
        self.supervisor = supervisor
        self.receiver = receiver
        self.workers = workers
    }

    /// A worker was handed a batch; after ``AnswerReceiver/noteWork()``, whose fence comes between that and this look.
    func noteWork() {
        if self.isOn.load(ordering: .relaxed) || self.isOn.exchange(true, ordering: .sequentiallyConsistent) { return }
        // Of kills since it was off nobody knows anything.
        self.supervisor.schedule(at: 0) { OutOfMemoryKills.observe() }
        self.lookLater()
    }

    private func lookLater() {
        self.supervisor.schedule(at: MonotonicClock.now + Standstill.interval) { [weak self] in self?.look() }
    }

    private func look() {
        // What is not the death of a worker soon is not to be taken for one later.
        OutOfMemoryKills.observe()
        let busy = self.workers().filter { $0.link.batchCount > 0 }
        let now = MonotonicClock.now
        for worker in busy { worker.endIfStopped(now: now) }
        self.receiver.relieve(now: now)
        if !busy.isEmpty { return self.lookLater() }
        self.isOn.store(false, ordering: .sequentiallyConsistent)
        // One may have been handed a batch while it was set.
        if self.workers().contains(where: { $0.link.batchCount > 0 }) { self.noteWork() }
    }
}
