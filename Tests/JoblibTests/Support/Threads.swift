// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Runs a closure on several new threads at once and returns when all have ended.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = (0..<count)
        .map { index in
            let work = Unmanaged.passRetained(Work { body(index) })
            var thread = pthread_t()
            let status = pthread_create(&thread, nil, threadMain, work.toOpaque())
            precondition(status == 0, "no thread could be started")
            return thread
        }
    for thread in threads { pthread_join(thread, nil) }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
    return nil
}

/// Keeps calls inside of an asynchronous closure from being those of the asynchronous twins.
func synchronously<R>(_ body: () throws -> R) rethrows -> R {
    try body()
}
