// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// The loop that the tasks of one forked worker are in, as they and the loops inside of them see it; used in the child alone.
///
/// Not the parent's: whatever of that was locked at the moment of the fork stays locked.
// SAFETY: constants.
final class ChildLoop: Loop, @unchecked Sendable {
    private let control: ForkedControl
    private let seed: UInt64
    private let workerIndex: Int
    private let base: Int

    /// Makes the loop, before the fork.
    ///
    /// - Parameters:
    ///   - call: The call that the worker is for.
    ///   - workerIndex: What tasks see as the index of their worker.
    init(_ call: ForkedCall, workerIndex: Int) {
        self.control = call.control
        self.seed = call.seed
        self.base = call.base
        self.workerIndex = workerIndex
        super.init(call.childPlan)
    }

    /// Runs a closure as this loop's worker.
    ///
    /// - Parameters:
    ///   - index: Where the position of the task at work stands.
    ///   - work: Claims and runs tasks.
    func run(indexAt index: UnsafeMutablePointer<Int64>, _ work: (Runner) -> Void) {
        _ = self.enter()
        self.plan.scope.bind {
            unsafe Runner.stayForked(in: self, workerIndex: self.workerIndex, indexAt: index, from: self.base, work)
        }
    }

    override var rootSeed: UInt64 { self.seed }

    override var isStoppedOrOrphaned: Bool { self.control.isStopped || self.isStopped }
}
