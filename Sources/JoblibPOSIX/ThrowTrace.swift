// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// The call stack of a `throw`.
///
/// Swift errors do not carry the place where they were thrown. While a thread is inside ``recording(_:)``, a hook of the
/// Swift runtime notes the stack of each `throw` on it; elsewhere the hook costs one read of a thread-local. The first
/// recording of the process installs the hook for good, in front of the one that may be there (Swift Testing's, say),
/// which is still called.
///
/// Only addresses are recorded. They get names when ``description`` is read, in the process that recorded them.
public struct ThrowTrace: Sendable, Hashable {
    /// The return addresses, innermost first; the first few belong to the runtime's own handling of the throw.
    public let addresses: [UInt]
}

// MARK: - Recording

extension ThrowTrace {
    /// The throws of the current thread since its recording began, the latest eight of them.
    ///
    /// It has no `Sendable` conformance on purpose: its log belongs to one thread.
    @safe public struct Recorder: ~Copyable {
        // Why `@safe`: the pointer stays inside, and a recorder is only lent, to one closure on one thread.
        private let log: OpaquePointer?

        fileprivate init() {
            // The metadata of `any Error` tells the hook when a typed throw is one of a box, as in `Result.get()`.
            // Soundness: a metatype is the address of its metadata, and is never dereferenced here.
            unsafe joblib_throw_install(unsafeBitCast((any Error).self as Any.Type, to: UnsafeRawPointer.self))
            unsafe self.log = joblib_throw_begin()
        }

        deinit {
            if let log = unsafe self.log {
                // Soundness: made by `init`, ended here alone, and on the same thread, since a recorder is only lent.
                unsafe joblib_throw_end(log)
            }
        }

        /// Returns where a caught error was thrown first; `nil` if that was not on this thread during this recording.
        ///
        /// An error that is thrown again after a `catch` is reported from where it came. Values thrown by `throws(E)`
        /// have no identity: of several such errors of the same type, the latest throw is taken.
        public func trace(of error: any Error) -> ThrowTrace? {
            guard let log = unsafe self.log else { return nil }

            // Soundness: without Objective-C, `any Error` is one pointer to a reference-counted box; it is only compared.
            // Without the cast the call would open the existential and see the error's own type.
            let box = unsafe unsafeBitCast(error as any Error, to: UnsafeRawPointer.self)
            let type = unsafe unsafeBitCast(Swift.type(of: error) as Any.Type, to: UnsafeRawPointer.self)
            let addresses = unsafe [UInt](unsafeUninitializedCapacity: Int(JOBLIB_THROW_FRAMES)) { buffer, count in
                // An array of that capacity, which is not zero, has storage.
                count = unsafe Int(joblib_throw_find(log, box, type, buffer.baseAddress!))
            }
            return addresses.isEmpty ? nil : ThrowTrace(addresses: addresses)
        }
    }

    /// Runs a closure while the throws of the current thread are recorded.
    ///
    /// Only what is thrown on this thread is seen, so the closure is synchronous. Recordings nest: an outer one sees what
    /// is thrown in an inner one. Without memory for the log (5 KB) the closure runs all the same and nothing is found.
    ///
    /// ```swift
    /// ThrowTrace.recording { recorder in
    ///     do { try body() } catch { report(error, recorder.trace(of: error)) }
    /// }
    /// ```
    ///
    /// - Throws: What the closure throws.
    public static func recording<R, Failure>(
        _ body: (_ recorder: borrowing Recorder) throws(Failure) -> R
    ) throws(Failure) -> R {
        let recorder = Recorder()
        // The recording must outlast the closure even where that never looks at its argument.
        defer { extendLifetime(recorder) }
        return try body(recorder)
    }
}
