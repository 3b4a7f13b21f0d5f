// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// Which file the worker's process runs, and which process that is.
struct Build: PortableTask {
    var index: Int
    var isCulprit = false

    func run() -> [UInt64] {
        if self.isCulprit { abort() }
        return Self.current
    }

    static var current: [UInt64] {
        var status = stat()
        stat("/proc/self/exe", &status)
        return [UInt64(status.st_ino), UInt64(status.st_dev), UInt64(getpid())]
    }
}

/// Has this program's file replaced, or removed, while two workers are there, of which one dies then.
func replaceProgram(_ other: String?) throws {
    let call = Parallel(nJobs: 2, backend: .loky, batchSize: 1)
    let tasks = (0..<32).map { Delayed(Build(index: $0)) }
    _ = try call(tasks)
    let before = Set(LokyBackend.workerPIDs)
    let path = CommandLine.arguments[0]
    guard (other.map { rename($0, path) } ?? unlink(path)) == 0 else { fail("the file could not be replaced") }
    let results = try call.results((0..<32).map { Delayed(Build(index: $0, isCulprit: $0 == 7)) })
    let builds = try results.enumerated().filter { $0.offset != 7 }.map { try $0.element.get() } + call(tasks)
    let isSame = builds.allSatisfy { $0.prefix(2) == Build.current.prefix(2) }
    let successors = Set(LokyBackend.workerPIDs).subtracting(before)
    print(isSame ? "the same build" : "another build", "\(before.count) before, \(successors.count) after")
}
