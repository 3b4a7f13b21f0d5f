// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The environment variables of this process; nothing else reads them.
public enum ProcessEnvironment {
    /// Returns the value of a variable, as `getenv(3)`.
    ///
    /// The program must not change its environment on another thread meanwhile: `setenv(3)` may free what is being read.
    ///
    /// - Parameter name: The variable's name.
    /// - Returns: The value, possibly empty, with bytes that are not UTF-8 replaced; `nil` when the variable is not set.
    public static func value(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
