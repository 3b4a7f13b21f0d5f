// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

public import Synchronization

extension Mutex where Value: ~Copyable {
    /// Runs a closure under the lock, which is held for some tens of nanoseconds whoever has it.
    ///
    /// `withLock` asks the kernel as soon as two threads meet, which costs fifty times as much as waiting for the other.
    ///
    /// - Parameter body: What to do; neither long nor foreign.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    @inlinable
    public borrowing func withLockSpinning<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        for _ in 0..<50 {
            if let result = try self.withLockIfAvailable(body) { return result }
            SpinWait.briefly()
        }
        // Whoever has it was taken from its processor.
        return try self.withLock(body)
    }
}
