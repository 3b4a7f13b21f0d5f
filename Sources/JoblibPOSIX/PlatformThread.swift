// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// Threads of the operating system.
public enum PlatformThread {
    /// Starts a detached thread that runs a closure.
    ///
    /// The thread inherits the signal mask of its creator: a program that blocks a signal everywhere and waits for it
    /// would otherwise be killed through a thread that it does not know.
    ///
    /// - Parameters:
    ///   - name: Shown by debuggers; Linux keeps 15 bytes.
    ///   - body: What the thread does; it ends with it.
    /// - Throws: ``SystemError`` when the system has no thread left to give (EAGAIN).
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = unsafe Unmanaged.passRetained(ThreadBody(body))
        let failure = unsafe joblib_thread_start(name, { unsafe runThreadBody($0) }, box.toOpaque())
        if failure != 0 {
            unsafe box.release()
            throw SystemError(errno: failure, call: "pthread_create")
        }
    }

    /// Runs a closure on a thread of its own, or where the system has none left to give, in the calling one.
    public static func startOrRun(name: String, _ body: @escaping @Sendable () -> Void) {
        do {
            try self.start(name: name, body)
        } catch {
            body()
        }
    }

    /// The kernel's id of the calling thread.
    public static var currentID: Int { Int(joblib_thread_id()) }

    /// The processor that the calling thread is on at the moment, sched_getcpu(3); -1 where that is not known.
    public static var currentProcessor: Int { Int(joblib_cpu_current()) }

    /// Whether the calling thread may be in an actor's isolation: an actor's code runs on it, or it is the main thread.
    ///
    /// The compiler lets a closure that was formed there check at each call that it still is there.
    public static var isIsolated: Bool { joblib_thread_is_isolated() != 0 }

    /// Runs a closure while the calling thread is bound to one processor, and gives it back its processors afterwards.
    ///
    /// Where the system refuses, the closure runs unbound: binding is an optimisation.
    ///
    /// - Parameters:
    ///   - position: Which of the processors that the thread may use, counted from 0, modulo their number.
    ///   - body: What runs bound.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    public static func pinned<R>(to position: Int, _ body: () throws -> R) rethrows -> R {
        var previous: UnsafeMutableRawPointer?
        var size = 0
        guard unsafe joblib_thread_pin(position, &previous, &size) == 0 else { return try body() }
        defer { unsafe joblib_thread_unpin(previous, size) }
        return try body()
    }
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) {
    guard let argument = unsafe argument else { return }
    // Taken before it runs, so that what the closure captured dies with the closure and not with the thread.
    unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
}
