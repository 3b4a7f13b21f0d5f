// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import JoblibCore
import Synchronization

/// A backend without threads of its own: batches run one at a time and to their ends, where and in which order a test says.
///
/// With nothing at random, a loop does the same thing each time, event for event.
public final class LockstepBackend: ParallelBackend {
    /// When batches run.
    public struct Mode: Sendable, Hashable {
        private let name: String

        /// Inside of `submit`.
        public static let immediate = Mode(name: "immediate")

        /// When the test calls ``LockstepBackend/step(_:)``.
        public static let manual = Mode(name: "manual")
    }

    private let mode: Mode
    private let waiting = Monitor<[Batch]>([])

    /// Makes a backend.
    public init(_ mode: Mode) {
        self.mode = mode
    }

    /// How many batches wait for their step.
    public var waitingBatches: Int { self.waiting.value.count }

    /// Blocks until so many batches wait, for at most ten seconds.
    ///
    /// - Throws: ``ConformanceFailure`` when they do not come.
    public func waitForBatches(_ count: Int) throws {
        try self.waiting.wait("the submission of \(count) batches") { $0.count >= count }
    }

    /// Runs one of the batches that wait in the calling thread.
    ///
    /// - Parameter position: Which, by the order in which they were handed in; by default the first.
    /// - Returns: Whether there was one.
    @discardableResult
    public func step(_ position: Int = 0) -> Bool {
        let batch = self.waiting.update { $0.indices.contains(position) ? $0.remove(at: position) : nil }
        batch?.run()
        return batch != nil
    }

    /// Opens a session, any number of which share the batches that wait.
    public func open(_ request: OpenRequest) -> any WorkerSession {
        Session(self)
    }

    private final class Session: WorkerSession {
        let backend: LockstepBackend

        init(_ backend: LockstepBackend) {
            self.backend = backend
        }

        func submit(_ batch: Batch) {
            if self.backend.mode == .immediate { return batch.run() }
            self.backend.waiting.update { $0.append(batch) }
        }
    }
}
