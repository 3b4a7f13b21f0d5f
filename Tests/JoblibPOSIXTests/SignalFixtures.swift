// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Synchronization

// What tests of signals share.

/// Something that happens on another thread and is waited for.
final class SignalFlag: Sendable {
    private let raised = Atomic(0)

    var count: Int { self.raised.load(ordering: .acquiring) }

    func raise() {
        self.raised.add(1, ordering: .releasing)
    }

    func wait() {
        while self.count == 0 { sched_yield() }
    }
}

/// Interrupts the calling thread: on return the handler has run, or will never.
func interrupt() {
    // Dispatch blocks the signals in its threads, on which tests run, and in whatever these fork.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(SIGINT)
}

/// How often `countInterrupt` was called.
let interrupts = Atomic(0)

let countInterrupt: @convention(c) (Int32) -> Void = { _ in interrupts.add(1, ordering: .relaxed) }

func install(_ handler: (@convention(c) (Int32) -> Void)?, flags: Int32 = 0, mask: sigset_t = sigset_t()) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = flags
    action.sa_mask = mask
    sigaction(SIGINT, &action, nil)
}

func disposition() -> sigaction {
    var action = sigaction()
    sigaction(SIGINT, nil, &action)
    return action
}

func isHandler(_ action: sigaction, _ handler: @convention(c) (Int32) -> Void) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(handler, to: Int.self)
}

/// Runs a closure in a forked child, which then exits with status 0.
func forkProcess(_ body: () -> Void) -> pid_t {
    // Swift hides `fork`, since little may be done in the child of a threaded process; these few calls may.
    typealias Fork = @convention(c) () -> pid_t
    let fork = unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
    let child = fork()
    if child == 0 {
        body()
        _exit(0)
    }
    return child
}

/// Waits for a child and returns the signal it died by; 0 if it exited.
func waitForSignal(_ child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7F
}

func entries(of directory: String) -> Set<String> {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: Set<String> = []
    while let entry = readdir(stream) {
        names.insert(
            withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
        )
    }
    return names
}

func threadCount(named name: String) -> Int {
    entries(of: "/proc/self/task")
        .count { task in
            guard let file = fopen("/proc/self/task/\(task)/comm", "r") else { return false }
            defer { fclose(file) }
            var line = [UInt8](repeating: 0, count: 32)
            let count = fread(&line, 1, line.count, file)
            return line.prefix(count).elementsEqual((name + "\n").utf8)
        }
}
