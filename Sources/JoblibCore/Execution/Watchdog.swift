// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// The one thread that ends tasks which run longer than their limit.
///
/// Limits are the same for all tasks of a loop and a task that starts now cannot be overdue before one of that length,
/// so starting a task needs to tell nobody: the thread only ever looks too early.
final class Watchdog: Sendable {
    static let shared = Watchdog()

    private struct State {
        var runners: [ObjectIdentifier: Runner] = [:]
        var isRunning = false
    }

    /// How long the thread waits for another timed loop before it ends.
    private static let linger: UInt64 = 1_000_000_000

    private let state = Mutex(State())
    private let changed = WaitWord()

    func watch(_ runner: Runner) {
        let mustStart = self.state.withLock { state in
            state.runners[ObjectIdentifier(runner)] = runner
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return self.changed.advance() }
        do {
            try PlatformThread.start(name: "joblib-watchdog") { self.run() }
        } catch {
            self.state.withLock { $0.isRunning = false }
            runner.loop.stop(ParallelError(.resourceExhausted, "a time limit needs a thread to watch it: \(error)"))
        }
    }

    func forget(_ runner: Runner) {
        self.state.withLock { _ = $0.runners.removeValue(forKey: ObjectIdentifier(runner)) }
    }

    private func run() {
        while true {
            let seen = self.changed.count
            let now = MonotonicClock.now
            let runners = self.state.withLock { Array($0.runners.values) }
            for runner in runners {
                guard let limit = runner.loop.plan.timeLimit else { continue }
                if runner.abandonIfOverdue(now: now, limit: limit) { self.letLoopGoOn(without: runner) }
            }
            if self.changed.wait(while: seen, until: Self.nextLook(at: runners, after: now)) { continue }
            if runners.isEmpty, self.mayEnd() { return }
        }
    }

    // On a thread of its own: an observer that waits must not keep every other limit in the process from being kept.
    private func letLoopGoOn(without runner: Runner) {
        self.forget(runner)
        do {
            try PlatformThread.start(name: "joblib-timeout") { runner.letLoopGoOn() }
        } catch {
            runner.letLoopGoOn()
        }
    }

    private static func nextLook(at runners: [Runner], after now: UInt64) -> UInt64 {
        let deadlines = runners.map { runner in
            let limit = runner.loop.plan.timeLimit ?? Self.linger
            return runner.deadline(limit: limit) ?? (now + limit)
        }
        return deadlines.min() ?? (now + Self.linger)
    }

    private func mayEnd() -> Bool {
        self.state.withLock { state in
            guard state.runners.isEmpty else { return false }
            state.isRunning = false
            return true
        }
    }
}
