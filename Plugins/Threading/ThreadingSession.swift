// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import Synchronization

/// A view of the process's threads: with or without a processor of its own for each.
final class ThreadingSession: WorkerSession {
    static let shared = ThreadingSession(pinsWorkers: false)

    private let pinsWorkers: Bool
    private let position = Atomic<Int>(0)

    init(pinsWorkers: Bool) {
        self.pinsWorkers = pinsWorkers
    }

    func submit(_ batch: Batch) throws {
        guard self.pinsWorkers else { return try ThreadPool.shared.submit(batch) }
        // From 1: the caller, who works too, most likely stays where it is.
        let position = self.position.wrappingAdd(1, ordering: .relaxed).newValue
        try ThreadPool.shared.submit(batch, processor: position)
    }
}
