// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Looks again and again, on a thread of its own, at how much memory the program has.
final class MemoryWatch: Sendable {
    /// How long it rests after a look.
    private static let pause = Duration.milliseconds(2)

    private struct State {
        var peak: Int
        var isOver = false
    }

    private let state: Mutex<State>

    private init(_ before: Int) { self.state = Mutex(State(peak: before)) }

    /// Returns by how many bytes memory grew at most while something ran.
    ///
    /// - Throws: What the closure throws; ``SystemError`` where memory cannot be measured.
    static func growth(during body: () throws -> Void) throws -> Int {
        let before = try MemoryReading.ofProgram()
        let watch = MemoryWatch(before)
        let thread = try SystemCall.startThread { watch.run() }
        do {
            defer {
                watch.state.withLock { $0.isOver = true }
                SystemCall.join(thread)
            }
            try body()
        }
        return watch.state.withLock { $0.peak } - before
    }

    private func run() {
        while !self.state.withLock({ $0.isOver }) {
            // It was possible before, and may fail for want of a descriptor now.
            if let bytes = try? MemoryReading.ofProgram() {
                self.state.withLock { $0.peak = max($0.peak, bytes) }
            }
            SystemCall.pause(Self.pause)
        }
    }
}
