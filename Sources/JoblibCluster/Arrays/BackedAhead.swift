// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWire
import Synchronization

/// Memory for large results, which a thread of its own has backed by the kernel before their bytes come.
///
/// The kernel clears each page, which takes as long as to read the bytes from the network: the thread that does that would do both.
final class BackedAhead: ArrivalMemory {
    private struct State {
        var due: [Range<UInt>] = []
        var isRunning = false
    }

    /// How much is backed at once: meanwhile no other thread maps memory, or unmaps it.
    private static let step: UInt = 2 << 20

    /// For how long the thread stays that has nothing to do, in nanoseconds.
    private static let linger: UInt64 = 1_000_000_000

    private let state = Mutex(State())

    /// Moves when something is due.
    private let work = WaitWord()

    func prepare(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe HugePages.advise(memory.baseAddress, byteCount: memory.count)
    }

    func expect(_ memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress else { return }
        // As numbers: what was freed by the time that the thread comes to it is not touched.
        let first = UInt(bitPattern: start)
        let mustStart = self.state.withLock { state in
            state.due.append(first..<first + UInt(memory.count))
            defer { state.isRunning = true }
            return !state.isRunning
        }
        self.work.advance()
        // Where the system has no thread left to give, the memory is backed when it is touched.
        guard mustStart, (try? PlatformThread.start(name: "joblib-pages") { self.run() }) == nil else { return }
        self.state.withLock { $0 = State() }
    }

    private func run() {
        while true {
            let seen = self.work.count
            if let range = self.state.withLock({ $0.due.isEmpty ? nil : $0.due.removeFirst() }) {
                self.back(range)
                continue
            }
            if self.work.wait(while: seen, until: MonotonicClock.now + Self.linger) { continue }
            let isOver = self.state.withLock { state in
                if state.due.isEmpty { state.isRunning = false }
                return !state.isRunning
            }
            if isOver { return }
        }
    }

    private func back(_ range: Range<UInt>) {
        var start = range.lowerBound
        while start < range.upperBound {
            // Ends at a large page, of which no half is backed.
            let end = min(range.upperBound, (start / Self.step + 1) * Self.step)
            guard HugePages.back(start..<end) else { return }
            start = end
        }
    }
}
