// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Glibc
import Joblib

/// The square root of a number.
struct Root: PortableTask {
    static let isCodedMemberwise = true

    let number: Double

    init(of number: Double) {
        self.number = number
    }

    func run() throws -> Double { self.number.squareRoot() }
}

/// Leaves a file in a folder that says which process it is in, and returns once there is another one, `go`.
struct Waiting: PortableTask {
    var index: Int
    var folder: String

    func run() throws -> Int {
        close(creat("\(self.folder)/begun-\(self.index)-\(getpid())-0", 0o600))
        while access("\(self.folder)/go", F_OK) != 0 { usleep(1000) }
        return self.index
    }
}

#endif
