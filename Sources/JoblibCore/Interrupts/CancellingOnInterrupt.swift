// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Runs a closure inside of which Ctrl-C cancels the loops that run instead of ending the program.
///
/// At the first SIGINT no further task starts, those at work see ``TaskContext/isCancelled``, and the loops throw
/// ``ParallelError`` `.cancelled`, which says how much was done and holds the outputs of `delayed` tasks:
/// ``ParallelError/completedResults(of:)``. Loops begun afterwards throw it at once. A second SIGINT ends the program with
/// status 130. The handler that was there before is restored at the end. A program that ignores SIGINT, as one started
/// in the background by a shell does, goes on ignoring it.
///
/// - Parameter body: What runs inside of the scope.
/// - Returns: What the closure returns.
/// - Throws: What the closure throws, and nothing else: where the system has no thread left to listen with, the closure
///   runs without the scope.
public func cancellingOnInterrupt<T>(_ body: () throws -> T) rethrows -> T {
    let scope = StopScope.forInterrupts()
    let source = try? InterruptSource.install { scope.stop() }
    defer { source?.uninstall() }
    return try StopScope.$current.withValue(StopScope.current + [scope], operation: body)
}

/// Runs an asynchronous closure inside of which Ctrl-C cancels the loops that run; see the synchronous twin.
///
/// - Throws: What the closure throws, and nothing else.
public func cancellingOnInterrupt<T>(_ body: () async throws -> T) async rethrows -> T {
    let scope = StopScope.forInterrupts()
    let source = try? InterruptSource.install { scope.stop() }
    defer { source?.uninstall() }
    return try await StopScope.$current.withValue(StopScope.current + [scope]) { try await body() }
}

extension StopScope {
    fileprivate static func forInterrupts() -> StopScope {
        StopScope(throwing: ParallelError(.cancelled, "interrupted by SIGINT"))
    }
}
