// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import CLokyProbe
import Glibc
import Joblib

/// Forks while there is a pool, inside of `withPool` too, and has the copy call it.
func callInCopy() throws {
    let call = Parallel(nJobs: 2, backend: .loky)
    func sum(_ call: Parallel) throws -> Int { try call((0..<100).map { Delayed(Echo(value: $0)) }).reduce(0, +) }
    /// What a copy says of a call, before it ends as programs do.
    func ask(_ call: Parallel) {
        let copy = loky_probe_fork()
        if copy == 0 {
            do {
                print("the copy has \(try sum(call))")
            } catch let error as ParallelError {
                print("the copy is refused: \(error.code), \(error.detail.contains("fork(2)"))")
            } catch {
                print("the copy: \(error)")
            }
            exit(0)
        }
        var status: Int32 = 0
        waitpid(copy, &status, 0)
        print("the copy has ended with \(status)")
    }
    guard try sum(call) == 4950 else { fail("a wrong sum") }
    let pids = LokyBackend.workerPIDs
    fflush(nil)
    ask(call)
    try call.withPool { pool in
        guard try sum(pool) == 4950 else { fail("a wrong sum") }
        fflush(nil)
        ask(pool)
        guard try sum(pool) == 4950 else { fail("a wrong sum after the copy") }
    }
    print(try sum(call) == 4950 && LokyBackend.workerPIDs == pids ? "the same workers" : "others")
}
