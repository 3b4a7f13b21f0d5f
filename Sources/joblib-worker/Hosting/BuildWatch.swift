// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// Knows by what a host says whether a coordinator has come that it cannot serve, since it has another build, and whether it serves one.
struct BuildWatch {
    private var isServing = false
    private var hasMetAnotherBuild = false

    /// Whether another build is wanted, and nobody has this one.
    var isOutdated: Bool { self.hasMetAnotherBuild && !self.isServing }

    /// Takes note of a line of the host's.
    mutating func note(_ line: HostLine) {
        switch line {
        case .serves:
            self.isServing = true
            // Whoever it was has been served by somebody else, or waits for this one to be free.
            self.hasMetAnotherBuild = false
        case .leaves: self.isServing = false
        case .otherBuild: self.hasMetAnotherBuild = true
        case .listening, .dialling, .other: break
        }
    }
}
