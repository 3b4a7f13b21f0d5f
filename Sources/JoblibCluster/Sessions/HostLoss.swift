// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Why a task has to run again that is nobody's fault: the host that had it is gone, or has failed it.
package struct HostLoss: Error, Sendable, CustomStringConvertible {
    /// Which host, and what has become of it.
    package let description: String
}
