// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// A call of the operating system that failed.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The value of `errno`.
    public let errno: Int32

    /// The call, such as `"pthread_create"`.
    public let call: String

    /// Makes an error.
    public init(errno: Int32, call: String) {
        self.errno = errno
        self.call = call
    }

    /// The call and the system's text for the error.
    public var description: String {
        let text = unsafe joblib_error_text(self.errno).map { unsafe String(cString: $0) } ?? "unknown error"
        return "\(self.call): \(text) (errno \(self.errno))"
    }
}
