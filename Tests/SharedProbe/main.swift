// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib

// A program that is killed while its workers have shared arrays: by the tests of these, and by hand.

/// Writes to two arrays, has read a plain one, says so, and never ends.
struct Touch: PortableTask {
    var index: Int
    var memory: SharedArray<Int>
    var file: SharedArray<Int>
    var plain: [Double]

    func run() {
        precondition(self.plain.last == 7)
        for array in [self.memory, self.file] {
            array.row(self.index).withMutableSpan { span in for index in span.indices { span[index] = 1 } }
        }
        print(getpid())
        fflush(nil)
        while true { pause() }
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
    print("usage: shared-probe BACKEND FOLDER")
    exit(64)
}
let memory = try SharedArray<Int>(zeros: [2, 100_000])
let file = try SharedArray<Int>(zeros: [2, 100_000], tempFolder: arguments[2])
let plain = [Double](repeating: 7, count: 1 << 18)
_ = try Parallel(nJobs: 2, backend: .named(arguments[1]), batchSize: 1, tempFolder: arguments[2])(
    (0..<2).map { Delayed(Touch(index: $0, memory: memory, file: file, plain: plain)) }
)
