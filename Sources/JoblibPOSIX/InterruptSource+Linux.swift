// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
internal import Glibc
internal import Synchronization

/// A listener for SIGINT: the first one calls a closure, the second one ends the process with status 130.
///
/// Several sources may be installed at once, by nested scopes or by independent threads. They share one handler: the first
/// source installs it, each is called at the first SIGINT, and when the last is uninstalled, in whatever order, the
/// disposition from before is restored, with its flags and mask. Only then do interrupts count from zero again: a source
/// that is installed after a SIGINT, beside one that is still there, is called at once.
///
/// - A process that ignores SIGINT, as `nohup` or a shell's background job does, goes on ignoring it.
/// - A handler that the program installs while ours is there is left alone: it gets the signals, no source is called.
/// - A child made by fork(2) is not part of it: there SIGINT does what it did before the first source.
///
/// The handler itself only counts and wakes a thread; see signal-safety(7). It restarts the system calls that it
/// interrupts (SA_RESTART, sigaction(2)).
public final class InterruptSource: Sendable {
    private let watch: Watch
    /// The thread to be joined; `nil` after ``uninstall()``, and if SIGINT is ignored.
    private let thread: Mutex<pthread_t?>
    /// A forked child has a copy of this source, but not its thread.
    private let owner: pid_t

    private init(watch: Watch, thread: pthread_t?) {
        self.watch = watch
        self.thread = Mutex(thread)
        self.owner = getpid()
    }

    deinit {
        self.uninstall()
    }

    /// Calls a closure once, on a thread of its own, at the first SIGINT from now on.
    ///
    /// - Throws: ``SystemError`` when the system has no thread left to give (EAGAIN, pthread_create(3)).
    public static func install(onInterrupt: @escaping @Sendable () -> Void) throws(SystemError) -> InterruptSource {
        let hold = joblib_interrupt_acquire()
        let watch = Watch(base: hold.base, onInterrupt: onInterrupt)
        guard hold.active else { return InterruptSource(watch: watch, thread: nil) }
        do throws(SystemError) {
            return InterruptSource(watch: watch, thread: try watch.start())
        } catch {
            joblib_interrupt_release()
            throw error
        }
    }

    /// Ends the listening, and waits for the closure if it is running.
    ///
    /// Afterwards neither the thread nor the handler remains. A SIGINT that came before is not lost: the closure has been
    /// called. It may be called by the closure itself, which then is not waited for, and more than once: only the first
    /// call has an effect.
    public func uninstall() {
        guard let thread = self.thread.withLock({ $0.take() }), self.owner == getpid() else { return }
        // In this order: on return of `release` no handler is left that counts for us, so whoever sees the flag sees every
        // such interrupt as well.
        joblib_interrupt_release()
        self.watch.isOver.store(true, ordering: .releasing)
        joblib_interrupt_wake()
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }
}

// MARK: - The thread

/// What the thread of a source knows; not the source, which may be released while the thread runs.
private final class Watch: Sendable {
    let isOver = Atomic(false)
    private let base: UInt32
    private let onInterrupt: @Sendable () -> Void

    init(base: UInt32, onInterrupt: @escaping @Sendable () -> Void) {
        self.base = base
        self.onInterrupt = onInterrupt
    }

    func run() {
        joblib_interrupt_name_thread()
        while true {
            // Both are announced by a change of the epoch, so it is read before them. The flag is read before the count:
            // acquire pairs with the release in `uninstall`, after which the count no longer changes for us.
            let epoch = joblib_interrupt_epoch()
            let isOver = self.isOver.load(ordering: .acquiring)
            if joblib_interrupt_count() != self.base { return self.onInterrupt() }
            if isOver { return }
            joblib_interrupt_wait(epoch)
        }
    }

    /// Starts a thread that is to be joined or detached.
    func start() throws(SystemError) -> pthread_t {
        // The program's signals are none of this thread's business. Faults of its own code are: blocked, they would kill
        // the process without the runtime's report.
        var blocked = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&blocked)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS] {
            unsafe sigdelset(&blocked, fault)
        }

        // A thread inherits the mask of its creator. The set is a value; the pointers live for one call.
        unsafe pthread_sigmask(SIG_SETMASK, &blocked, &previous)
        defer { _ = unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }

        var thread = pthread_t()
        // Soundness: retained here, released by the thread, or here if there is none.
        let watch = unsafe Unmanaged.passRetained(self)
        let status = unsafe pthread_create(&thread, nil, { unsafe runWatch($0) }, watch.toOpaque())
        if status != 0 {
            unsafe watch.release()
            throw SystemError(errno: status, call: "pthread_create")
        }
        return thread
    }
}

private func runWatch(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
        // Soundness: the argument is the reference that `start` retained for this thread.
        unsafe Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue().run()
    }
    return nil
}
