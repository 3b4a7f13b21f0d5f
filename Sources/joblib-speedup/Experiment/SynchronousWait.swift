// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A door from synchronous code to asynchronous code.
enum SynchronousWait {
    /// Waits until something asynchronous is done; only for a thread that Swift's tasks do not run on.
    ///
    /// - Throws: ``SystemError`` when the system has no descriptor left to wait with.
    static func wait(for body: @escaping @Sendable () async -> Void) throws(SystemError) {
        let pipe = try SystemCall.makePipe()
        defer {
            SystemCall.closeFile(pipe.output)
            SystemCall.closeFile(pipe.input)
        }
        Task.detached {
            await body()
            // Into an empty pipe that is open at both ends, which cannot fail.
            try? StandardStream(descriptor: pipe.input).write(".")
        }
        try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { buffer throws(SystemError) in
            _ = try SystemCall.readSome(pipe.output, into: buffer)
        }
    }
}
