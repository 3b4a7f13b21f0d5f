// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import JoblibPOSIX
import Synchronization

/// Threads of the program's own that do something at the same time.
final class ThreadCrowd: Sendable {
    private let arrivals = WaitWord()
    private let ends = WaitWord()
    private let failures = Mutex<[any Error]>([])
    private let ids = Mutex<[Int]>([])

    /// Runs a closure on threads that begin with it together.
    ///
    /// - Parameters:
    ///   - count: How many threads.
    ///   - body: Called on each with its number.
    /// - Returns: What the closure has thrown, once all have ended.
    func run(_ count: UInt32, _ body: @escaping @Sendable (Int) throws -> Void) -> [any Error] {
        for number in 0..<Int(count) {
            Thread {
                self.ids.withLock { $0.append(PlatformThread.currentID) }
                self.arrivals.advance()
                Self.wait(until: self.arrivals, is: count)
                do {
                    try body(number)
                } catch {
                    self.failures.withLock { $0.append(error) }
                }
                self.ends.advance()
            }
            .start()
        }
        Self.wait(until: self.ends, is: count)
        return self.failures.withLock { $0 }
    }

    /// Waits until the kernel knows none of the threads any more, which is a moment after they have come to their end.
    ///
    /// - Parameter seconds: For how long at most.
    /// - Returns: Whether it does not.
    func haveGone(within seconds: Double) -> Bool {
        let ids = self.ids.withLock { $0 }
        let deadline = Date(timeIntervalSinceNow: seconds)
        while ids.contains(where: { access("/proc/self/task/\($0)", F_OK) == 0 }) {
            if Date() > deadline { return false }
            usleep(1000)
        }
        return !ids.isEmpty
    }

    private static func wait(until word: WaitWord, is count: UInt32) {
        while true {
            let seen = word.count
            if seen >= count { return }
            word.wait(while: seen)
        }
    }
}
