// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The last things that a process does.
public enum ThisProcess {
    /// Writes a text to standard error, unbuffered.
    public static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(0, count))
        }
    }

    /// Writes out what `print` holds.
    public static func flush() {
        fflush(nil)
    }

    /// Ends the process without running what was registered to run at its end, after writing out what `print` holds.
    public static func exit(_ status: Int32) -> Never {
        self.flush()
        _exit(status)
    }
}
