// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What a forked worker does with tasks whose failures do not stop it.
enum ForkedTasks {
    /// Claims tasks, runs them, and puts their outputs into slots.
    ///
    /// - Throws: What a task throws; the claims know which.
    static func run<Output>(
        _ claims: inout ChunkClaims,
        _ tasks: [Delayed<Output>],
        _ slots: UnsafeMutablePointer<Output>
    ) throws {
        while let chunk = claims.next() {
            for position in chunk {
                guard claims.begin(position) else { return }
                let run = tasks[position].run
                let output = claims.isSupervised ? try claims.supervise(position, run) : try run()
                unsafe (slots + position).initialize(to: output)
            }
        }
    }
}
