// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Waits before a sample, so that neither the threads of the contender before nor a neighbour take part in it.
struct Quiet {
    /// How long the whole run may still wait for others.
    private var patience: Duration

    /// How many samples were taken although something else was running.
    private(set) var disturbed = 0

    init(patience: Duration) { self.patience = patience }

    mutating func wait() throws {
        let start = ContinuousClock.now
        while true {
            try Interrupt.check()
            let before = Self.busyTicks()
            usleep(40_000)
            let after = Self.busyTicks()
            // A tick of the clock is 10 ms: one of them is the driver's own.
            if after - before <= 1 { return }
            if start.duration(to: .now) > min(self.patience, .seconds(1)) { break }
        }
        self.disturbed += 1
        self.patience -= start.duration(to: .now)
    }

    private static func busyTicks() -> Int {
        let fields = ProcFile("/proc/stat").text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().prefix(8)
            .compactMap { Int($0) }
        // All but idle and waiting for a disk.
        return fields.count == 8 ? fields.reduce(0, +) - fields[3] - fields[4] : 0
    }
}
