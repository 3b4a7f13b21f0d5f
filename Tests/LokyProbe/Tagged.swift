// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

/// Prints to both streams, whole lines and pieces of lines, and at one index ends its worker in the middle of one.
struct Talking: PortableTask {
    var index: Int
    var culprit: Int

    func run() -> Int {
        print("out \(self.index)\nout \(self.index)")
        Self.complain("err \(self.index)\n")
        print("piece \(self.index)", terminator: "")
        Self.complain("piece \(self.index)")
        if self.index == self.culprit {
            fflush(nil)
            abort()
        }
        return self.index
    }

    private static func complain(_ text: String) { _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) } }
}

/// What tasks print under a `verbose`, and what comes after it.
func printTagged(_ backend: String, verbose: Int) throws {
    let call = Parallel(nJobs: 2, backend: .named(backend), verbose: verbose)
    let results: [Result<Int, TaskFailure>]
    if backend == "loky" {
        results = try call.results((0..<20).map { Delayed(Talking(index: $0, culprit: 7)) })
    } else {
        results = try call.results((0..<20).map { index in delayed { Talking(index: index, culprit: 7).run() } })
    }
    print("\(results.count { (try? $0.get()) != nil }) done")
    // The next call's tasks, without.
    let next = Parallel(nJobs: 2, backend: .loky)
    _ = try next((0..<2).map { Delayed(Saying(text: "plain \($0)")) })
}

struct Saying: PortableTask {
    var text: String

    func run() { print(self.text) }
}
