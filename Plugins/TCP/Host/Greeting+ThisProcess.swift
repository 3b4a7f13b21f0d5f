// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibPOSIX

extension Greeting {
    /// What this process says of itself.
    ///
    /// - Parameters:
    ///   - role: What it is there for.
    ///   - slots: How many workers it has; 0 for a coordinator.
    ///   - label: What it was launched as, behind its name; empty: nothing.
    /// - Returns: The greeting.
    static func ofThisProcess(role: Role, slots: Int, label: String = "") -> Greeting {
        var generator = SystemRandomNumberGenerator()
        return Greeting(
            identity: .ofThisProgram,
            role: role,
            processID: (0..<Self.processIDByteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) },
            name: "\(ProcessIdentity.hostName):\(ProcessIdentity.pid)" + (label.isEmpty ? "" : " \(label)"),
            slots: slots
        )
    }
}

#endif
