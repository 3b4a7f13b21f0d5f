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
    /// - Returns: The greeting.
    static func ofThisProcess(role: Role, slots: Int) -> Greeting {
        var generator = SystemRandomNumberGenerator()
        return Greeting(
            identity: .ofThisProgram,
            role: role,
            processID: (0..<Self.processIDByteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) },
            name: "\(ProcessIdentity.hostName):\(ProcessIdentity.pid)",
            slots: slots
        )
    }
}

#endif
