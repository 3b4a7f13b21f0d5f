// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Foundation

/// What the kernel says of another process.
package enum ProcessState {
    /// Whether a process is there and no zombie; whoever adopts orphans may take its time.
    package static func isAlive(_ pid: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return false }
        return !status.contains("State:\tZ")
    }

    /// Waits until processes have ended, which need be nobody's children here.
    ///
    /// - Parameters:
    ///   - pids: Their ids.
    ///   - seconds: For how long at most.
    /// - Returns: Whether all have.
    package static func haveEnded(_ pids: [Int32], within seconds: Double) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while pids.contains(where: { self.isAlive($0) }) {
            if Date() > deadline { return false }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return true
    }
}
