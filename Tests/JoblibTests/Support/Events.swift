// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import Testing

/// What a loop reports while a closure makes calls.
///
/// The closure's loops must take their progress from the scope.
func events<R>(of body: () throws -> R) rethrows -> [ParallelEvent] {
    let recorder = Recorder<ParallelEvent>()
    _ = try parallelConfig(progress: .observer { recorder.note($0) }, body)
    return recorder.all
}

/// How many workers the call of a loop that a closure makes is planned for.
func plannedWorkers(_ make: () -> Parallel) throws -> Int {
    let events = try events { try make().forEach(0..<1) { _ in } }
    return try #require(events.first { $0.kind == .started }?.workerCount)
}
