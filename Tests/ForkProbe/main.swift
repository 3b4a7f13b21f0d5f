// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// A program whose loops run in forked processes, for tests that end it, limit it, or read what its workers print.

import Dispatch
import Glibc
import Joblib
import Synchronization

// A shell's background job ignores these signals, a thread of the tests may block them, and this program would inherit both.
var unblocked = sigset_t()
unsafe sigemptyset(&unblocked)
for number in [SIGINT, SIGTERM] {
    signal(number, SIG_DFL)
    unsafe sigaddset(&unblocked, number)
}
unsafe sigprocmask(SIG_UNBLOCK, &unblocked, nil)

let forking = Parallel(nJobs: 2, backend: .multiprocessing)

/// Prints the ids of the workers, each once it is at its task, and keeps them there.
func stay() throws {
    try forking.forEach(0..<2) { _ in
        print("worker \(getpid())")
        while true { usleep(100_000) }
    }
}

func limit(_ resource: __rlimit_resource, to count: UInt) throws {
    var old = rlimit()
    unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &old)
    var new = rlimit(rlim_cur: count, rlim_max: old.rlim_max)
    unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &new)
    do {
        print("succeeded: \(try Parallel(nJobs: 8, backend: .multiprocessing).map(0..<100) { $0 }.count)")
    } catch let error as ParallelError {
        print("refused: \(error.code)")
    }
    unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &old)
    print("then: \(try forking.map(0..<100) { $0 }.count)")
}

/// Has eight threads make their first calls at once, while each does what it does for the first time.
func crowd() throws {
    let call = Parallel(nJobs: 3, backend: .multiprocessing)
    let start = ContinuousClock.now
    let sums = Mutex<[Int]>([])
    let group = DispatchGroup()
    for thread in 0..<8 {
        // A queue of its own has a thread of its own.
        DispatchQueue(label: "crowd")
            .async(group: group) {
                for _ in 0..<8 {
                    let products: [Int]? = try? call.map(0..<20) { $0 * thread }
                    let sum: Int = products?.reduce(0, +) ?? -1
                    sums.withLock { $0.append(sum) }
                }
            }
    }
    group.wait()
    // A worker that waits for ever is found out after twenty seconds; all of this takes less than one.
    let wasHeldUp = ContinuousClock.now - start > .seconds(15)
    print("sum \(sums.withLock { $0 }.reduce(0, +)), \(wasHeldUp ? "held up" : "in time")")
}

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "stay": try stay()
case "fault":
    try forking.forEach(0..<2) { _ in
        print("worker \(getpid())")
        // The parent, which waits, is ended from inside of a worker.
        usleep(200_000)
        kill(getppid(), SIGSEGV)
        while true { usleep(100_000) }
    }
case "lines":
    // Each line in many pieces, from several workers at once.
    try Parallel(nJobs: 4, backend: .multiprocessing)
        .forEach(0..<40) { index in
            for _ in 0..<20 {
                for _ in 0..<10 { print("\(index % 10)", terminator: "") }
                print()
            }
        }
case "descriptors":
    try limit(RLIMIT_NOFILE, to: 6)
    // Enough for one worker or two.
    try limit(RLIMIT_NOFILE, to: 16)
case "processes":
    // Of a user without privileges: the limit does not hold for others.
    guard setuid(65_534) == 0 else {
        print("no privileges to give up")
        break
    }
    try limit(__RLIMIT_NPROC, to: 1)
case "calls":
    // One worker a call, which takes half as long.
    let calling = Parallel(nJobs: 1, backend: .multiprocessing)
    var sum = 0
    for index in 0..<(arguments.dropFirst().first.flatMap { Int($0) } ?? 100) {
        sum += try calling.map(0..<2) { $0 + index }[1]
    }
    print("sum \(sum)")
case "crowd":
    try crowd()
case "reaped":
    // The kernel then keeps no word of how a child has ended.
    signal(SIGCHLD, SIG_IGN)
    do {
        try forking.forEach(0..<4) { if $0 == 2 { abort() } }
    } catch let failure as TaskFailure {
        print("task \(failure.index): \(failure.reason)")
    }
    print("then: \(try forking.map(0..<100) { $0 }.count)")
case "lock":
    // A thread that holds a lock at the moment of every fork.
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_mutex_lock(lock)
    let address = UInt(bitPattern: lock)
    do {
        try forking.forEach(0..<4) { _ in pthread_mutex_lock(UnsafeMutablePointer(bitPattern: address)!) }
    } catch {
        print(error)
    }
case "exit":
    atexit { print("handler of \(getpid())") }
    print("unfinished ", terminator: "")
    _ = try? forking.map(0..<2) { _ in exit(3) }
    print("parent \(getpid())")
default: print("no such scenario")
}
