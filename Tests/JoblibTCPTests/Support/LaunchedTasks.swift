// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib

/// The host's process.
struct HostPID: PortableTask {
    func run() -> Int32 { getppid() }
}

/// As `Held`, but for the host's process.
struct HeldHost: PortableTask {
    var index: Int
    var folder: String

    init(_ index: Int, _ rendezvous: Rendezvous) {
        self.index = index
        self.folder = rendezvous.path
    }

    func run() throws -> Int32 {
        close(creat("\(self.folder)/begun-\(self.index)-\(getppid())-\(UInt32.random(in: 0...(.max)))", 0o600))
        for _ in 0..<60_000 {
            if access("\(self.folder)/go", F_OK) == 0 { return getppid() }
            if TaskContext.current?.isCancelled == true { return -1 }
            usleep(1000)
        }
        return 0
    }
}

#endif
