// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX

/// How deep workers are nested: workers of workers multiply, and a program whose workers never come to be any would go on for ever.
enum LokyDepth {
    static let variable = "JOBLIB_DEPTH"

    /// loky's `LOKY_MAX_DEPTH`.
    private static let largest = 10

    /// How many processes are above this one; 0 for a program that nobody's worker is.
    static var current: Int { ProcessEnvironment.value(self.variable).flatMap { Int($0) } ?? 0 }

    static func check() throws(ParallelError) {
        guard self.current < self.largest else {
            throw ParallelError(
                .startupFailed,
                "loky: this process is a worker of a worker, \(self.current) deep, and \(self.largest) is the most; let inner loops run "
                    + "on threads, as they do unless they choose a backend"
            )
        }
    }
}
