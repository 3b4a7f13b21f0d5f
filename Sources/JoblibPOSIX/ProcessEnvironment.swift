// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX
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

    /// Returns the value of a variable and takes it out of the environment, for a secret that no child is to inherit.
    ///
    /// The bytes of the value are overwritten where they are: what a process was started with stays readable in its
    /// `/proc/<pid>/environ` even when `unsetenv(3)` has removed it. As with ``value(_:)``, no other thread must use the
    /// environment meanwhile.
    ///
    /// - Parameter name: The variable's name.
    /// - Returns: The value; `nil` when the variable is not set.
    public static func take(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        // Soundness: the string is the process's own and writable, environ(7), and so long up to its zero byte.
        unsafe explicit_bzero(value, strlen(value))
        unsafe unsetenv(name)
        return text
    }
}

extension ProcessEnvironment {
    /// Returns all variables; of one that is set twice the first value, as `getenv(3)` does.
    ///
    /// As with ``value(_:)``, no other thread must change the environment meanwhile.
    public static var all: [String: String] {
        guard var next = unsafe joblib_environment() else { return [:] }
        var variables: [String: String] = [:]
        while let entry = unsafe next.pointee {
            let text = unsafe String(cString: entry)
            if let equals = text.firstIndex(of: "="), equals != text.startIndex {
                let name = String(text[..<equals])
                if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
            }
            unsafe next += 1
        }
        return variables
    }
}
