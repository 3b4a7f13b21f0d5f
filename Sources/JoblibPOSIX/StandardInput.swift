// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The standard input of this process.
public enum StandardInput {
    /// Reads its next line, without taking more of it, and without its end.
    ///
    /// - Parameters:
    ///   - byteCount: How many bytes at most.
    ///   - deadline: Nanoseconds of ``MonotonicClock``.
    /// - Returns: The line; `nil` when it was not whole by then, when the input had ended before anything came, or where the line is longer.
    public static func readLine(largest byteCount: Int, until deadline: UInt64) -> String? {
        var bytes: [UInt8] = []
        while bytes.count <= byteCount {
            let now = MonotonicClock.now
            guard now < deadline else { return nil }
            var event = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&event, 1, Int32(clamping: (deadline - now) / 1_000_000 + 1)) > 0 else { continue }
            var byte: UInt8 = 0
            let count = unsafe read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") {
                if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes.append(byte)
        }
        return nil
    }
}
