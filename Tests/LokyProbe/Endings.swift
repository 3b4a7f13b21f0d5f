// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import CLokyProbe
import Glibc
import Joblib

/// Says who it is, and starts something that would outlive it.
struct Introduction: PortableTask {
    var index: Int
    var staysAwake: Bool

    func run() -> Int {
        var child: pid_t = 0
        var arguments = [strdup("sleep"), strdup("600"), nil]
        posix_spawnp(&child, "sleep", nil, nil, &arguments, environ)
        for argument in arguments { free(argument) }
        print("worker \(getpid())\nchild \(child)")
        fflush(nil)
        while self.staysAwake {}
        while true { pause() }
    }
}

/// Has a worker of its own, which has started something.
struct Nesting: PortableTask {
    func run() throws -> Int {
        print("worker \(getpid())")
        fflush(nil)
        return try Parallel(nJobs: 1, backend: .loky)([Delayed(Introduction(index: 0, staysAwake: true))])[0]
    }
}

/// Says who it is and when it is cancelled, and goes on all the same.
struct Stubborn: PortableTask {
    var index: Int

    func run() -> Int {
        print("worker \(getpid())")
        fflush(nil)
        while TaskContext.current?.isCancelled != true { usleep(1000) }
        print("cancelled")
        fflush(nil)
        while true { pause() }
    }
}

/// Has two workers and what they have started, which end when this does: by a signal, or at SIGUSR1 on another thread, as it is told.
func stay(_ call: Parallel, endingBy ending: String?) throws {
    switch ending {
    case "exit"?: loky_probe_at_signal(SIGUSR1) { exit(3) }
    case "trap"?: loky_probe_at_signal(SIGUSR1) { fatalError("meant so") }
    case "crash"?: loky_probe_at_signal(SIGUSR1) { UnsafeMutablePointer<Int>(bitPattern: 8)!.pointee = 1 }
    default: break
    }
    _ = try call((0..<2).map { Delayed(Introduction(index: $0, staysAwake: $0 == 0)) })
}

/// Has two tasks that an interrupt does not end, and stays when the call is over.
func waitForInterrupts(_ call: Parallel) {
    cancellingOnInterrupt {
        _ = try? call((0..<2).map { Delayed(Stubborn(index: $0)) })
        while true { pause() }
    }
}
