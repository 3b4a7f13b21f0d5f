// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// A program whose loops show their progress, for tests that look at what it writes. Where a scenario says *gated*, each
// task waits for one byte on the standard input, so that the test says how far the loop is.

import Glibc
import Joblib
import Synchronization

struct Mishap: Error, CustomStringConvertible {
    let description = "a mishap"
}

@Sendable func gate() {
    var byte: UInt8 = 0
    _ = unsafe read(0, &byte, 1)
}

// A shell's background job ignores the signal, a thread of the tests may block it, and this program would inherit both.
signal(SIGINT, SIG_DFL)
var unblocked = sigset_t()
unsafe sigemptyset(&unblocked)
unsafe sigaddset(&unblocked, SIGINT)
unsafe sigprocmask(SIG_UNBLOCK, &unblocked, nil)

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.compactMap { Int($0) }
let (count, nJobs) = (numbers.first ?? 0, numbers.dropFirst().first ?? 2)
let tasks = (0..<count).map { _ in delayed { gate() } }

func succeed(_ body: () throws -> Void) {
    do {
        try body()
        print("succeeded")
    } catch {
        print("failed: \(error)")
    }
    // The end of the program may be what a test waits for afterwards.
    fflush(nil)
}

switch arguments.first {
case "verbose":
    // COUNT NJOBS VERBOSITY PREDISPATCH known|unknown
    let verbosity = numbers[2]
    let window = arguments.contains("all") ? "all" : numbers.count > 3 ? "\(numbers[3])" : "2*n_jobs"
    let tasks = (0..<count).map { _ in delayed {} }
    let parallel = Parallel(nJobs: nJobs, verbose: verbosity, preDispatch: PreDispatch(stringLiteral: window))
    succeed {
        let results: [Void] =
            arguments.last == "unknown" ? try parallel(AnySequence(tasks)) : try parallel(tasks)
        precondition(results.count == count)
    }
case "bar":
    // Gated. COUNT NJOBS
    succeed { _ = try Parallel(nJobs: nJobs, progress: .bar)(tasks) }
case "unknown":
    // Gated. COUNT NJOBS
    succeed { _ = try Parallel(nJobs: nJobs, progress: .bar)(AnySequence(tasks)) }
case "failing":
    // Gated. COUNT NJOBS: the last task throws, after two of another one's attempts.
    let attempts = Atomic<Int>(0)
    succeed {
        try Parallel(nJobs: nJobs, progress: .bar, retries: 2)
            .forEach(0..<count) { index in
                gate()
                if index == 0, attempts.wrappingAdd(1, ordering: .relaxed).oldValue < 2 { throw Mishap() }
                if index == count - 1 { throw Mishap() }
            }
    }
case "keeping":
    // Gated. COUNT NJOBS: one task in two fails, and the others go on.
    succeed {
        let results = try Parallel(nJobs: nJobs, progress: .bar)
            .results(
                (0..<count)
                    .map { index in
                        delayed {
                            gate()
                            if index % 2 == 0 { throw Mishap() }
                        }
                    }
            )
        precondition(results.count == count)
    }
case "two":
    // Gated. COUNT NJOBS, twice at once, the second of them with one task more.
    succeed {
        let call = Parallel(nJobs: 2)
        try call.forEach(0..<2) { number in
            _ = try Parallel(nJobs: 1, progress: .bar)((0..<count + number).map { _ in delayed { gate() } })
        }
    }
case "nested":
    // Gated. COUNT NJOBS: in each task another loop, under a scope that asks for everything.
    succeed {
        try parallelConfig(verbose: 10, progress: .bar) {
            try Parallel(nJobs: nJobs)
                .forEach(0..<count) { _ in
                    gate()
                    try Parallel(nJobs: 2).forEach(0..<3) { _ in }
                }
        }
    }
case "lines":
    // Gated. COUNT NJOBS
    succeed { _ = try Parallel(nJobs: nJobs, progress: .lines)(tasks) }
case "both":
    // Gated. COUNT NJOBS: a bar below joblib's lines.
    succeed { _ = try Parallel(nJobs: nJobs, verbose: 20, progress: .bar)(tasks) }
case "cancelling":
    // Gated. COUNT NJOBS: SIGINT ends the loop and not the process; the first task tells of it.
    succeed {
        try cancellingOnInterrupt {
            try Parallel(nJobs: nJobs, progress: .bar)
                .forEach(0..<count) { index in
                    while index == 0, TaskContext.current?.isCancelled == false { usleep(1000) }
                    if index == 0 {
                        print("interrupted")
                        fflush(nil)
                    }
                    gate()
                }
        }
    }
case "closed":
    // COUNT NJOBS, with the standard error closed.
    close(2)
    succeed {
        try Parallel(nJobs: nJobs, verbose: 20, progress: .bar).forEach(0..<count) { _ in }
        try Parallel(nJobs: nJobs, progress: .lines).forEach(0..<count) { _ in }
    }
case "many":
    // COUNT NJOBS: a line for each of many tasks.
    succeed { try Parallel(nJobs: nJobs, verbose: 11).forEach(0..<count) { _ in } }
case "inner":
    // COUNT: in each task a scope that asks for lines, and a loop in one job.
    succeed {
        try Parallel(nJobs: 2)
            .forEach(0..<count) { _ in
                try parallelConfig(verbose: 1) { try Parallel(nJobs: 1).forEach(0..<3) { _ in } }
            }
    }
case "threadless":
    // COUNT: where the system has no thread left to give; a limit does not hold for root.
    let user: uid_t = 65_534
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    guard getuid() != 0 || setuid(user) == 0, unsafe setrlimit(__rlimit_resource_t(6), &none) == 0 else {
        print("no limit")
        break
    }
    succeed {
        let seen = Atomic<Int>(0)
        let observer = ProgressDisplay.observer { _ in seen.wrappingAdd(1, ordering: .relaxed) }
        for display in [.bar, .lines, observer] {
            try Parallel(nJobs: 1, verbose: 1, progress: display).forEach(0..<count) { _ in }
        }
        precondition(seen.load(ordering: .relaxed) == 2 + 3 * count)
    }
default:
    print("no scenario \(arguments.first ?? "")")
    exit(64)
}
