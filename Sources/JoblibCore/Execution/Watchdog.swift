// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX
import Synchronization

/// Something that must not take longer than a limit.
protocol Watched: AnyObject, Sendable {
    /// Looks whether the limit has passed, and acts if so.
    ///
    /// On the watchdog's thread, which must not wait: foreign code needs a thread of its own.
    ///
    /// - Parameter now: The monotonic clock, in nanoseconds.
    /// - Returns: When to look again; `nil`: never.
    func look(at now: UInt64) -> UInt64?
}

/// The one thread that ends tasks which run longer than their limit, and batches that do not begin.
///
/// Limits are the same for all tasks of a loop and a task that starts now cannot be overdue before one of that length,
/// so starting a task needs to tell nobody: the thread only ever looks too early.
final class Watchdog: Sendable {
    /// The one of this process: a forked child has none of its parent's threads.
    static var shared: Watchdog { self.perProcess.object }

    private static let perProcess = PerProcess { Watchdog() }

    private struct State {
        var watched: [ObjectIdentifier: any Watched] = [:]
        var isRunning = false
    }

    /// How long the thread waits for something else to watch before it ends.
    private static let linger: UInt64 = 1_000_000_000

    private let state = Mutex(State())
    private let changed = WaitWord()

    /// Watches something until it is forgotten or needs no further look.
    ///
    /// - Throws: ``ParallelError`` `.resourceExhausted` when the system has no thread left to watch with.
    func watch(_ object: any Watched) throws(ParallelError) {
        let mustStart = self.state.withLock { state in
            state.watched[ObjectIdentifier(object)] = object
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return self.changed.advance() }
        do {
            try PlatformThread.start(name: "joblib-watchdog") { self.run() }
        } catch {
            self.state.withLock { state in
                state.isRunning = false
                state.watched[ObjectIdentifier(object)] = nil
            }
            throw ParallelError(.resourceExhausted, "a time limit needs a thread to watch it: \(error)")
        }
    }

    func forget(_ object: any Watched) {
        self.state.withLock { _ = $0.watched.removeValue(forKey: ObjectIdentifier(object)) }
    }

    private func run() {
        while true {
            let seen = self.changed.count
            let now = MonotonicClock.now
            let watched = self.state.withLock { Array($0.watched.values) }
            var nextLook = now + Self.linger
            if !watched.isEmpty { nextLook = .max }
            for object in watched {
                if let next = object.look(at: now) {
                    nextLook = min(nextLook, next)
                } else {
                    self.forget(object)
                }
            }
            if nextLook == .max { nextLook = now + Self.linger }
            if self.changed.wait(while: seen, until: nextLook) { continue }
            if self.mayEnd() { return }
        }
    }

    private func mayEnd() -> Bool {
        self.state.withLock { state in
            guard state.watched.isEmpty else { return false }
            state.isRunning = false
            return true
        }
    }
}
