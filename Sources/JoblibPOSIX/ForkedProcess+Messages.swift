// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// The child's end of its pipe to the parent.
public struct MessageSender: Sendable {
    let descriptor: Int32

    /// Sends a message, which the parent gets whole; waits while the parent has not taken enough of what was sent before.
    public func send(_ message: [UInt8]) {
        // Together: a message that has come halfway when the child dies is dropped.
        var length = UInt64(message.count).littleEndian
        unsafe withUnsafeBytes(of: &length) { unsafe self.write($0) }
        if !message.isEmpty { unsafe message.withUnsafeBytes { unsafe self.write($0) } }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe Glibc.write(self.descriptor, bytes.baseAddress! + offset, bytes.count - offset)
            if count < 0, errno == EINTR { continue }
            // The task has closed it: what cannot be told the parent learns from the end of the child.
            guard count > 0 else { _exit(126) }
            offset += count
        }
    }
}

/// Puts messages together from what a pipe holds.
struct MessageReader {
    private static let headerSize = 8

    private var bytes = [UInt8](repeating: 0, count: 65_536)

    /// Where what was read and not taken begins and ends.
    private var start = 0
    private var end = 0

    /// Whether a message is there in full.
    var hasMessage: Bool { self.length.map { self.end - self.start >= Self.headerSize + $0 } ?? false }

    private var length: Int? {
        guard self.end - self.start >= Self.headerSize else { return nil }
        var length: UInt64 = 0
        for offset in (0..<Self.headerSize).reversed() {
            length = length << 8 | UInt64(self.bytes[self.start + offset])
        }
        // Another writer has been at the pipe.
        return length > Self.largest ? nil : Int(length)
    }

    /// Whether what was read cannot be a message.
    var isBroken: Bool { self.end - self.start >= Self.headerSize && self.length == nil }

    private static let largest: UInt64 = 1 << 40

    /// Reads once; returns what the closure does.
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let needed = (self.length ?? 0) + Self.headerSize
        if self.bytes.count - self.end < 4096 || (self.start > 0 && self.bytes.count - self.start < needed) {
            // What is left of the last message moves to the front, with room for all of its own.
            let rest = Array(self.bytes[self.start..<self.end])
            // No more than twice what is there, whatever the length says.
            let size = max(65_536, min(needed + 4096, rest.count * 2), rest.count + 65_536)
            if self.bytes.count != size { self.bytes = [UInt8](repeating: 0, count: size) }
            self.bytes.replaceSubrange(0..<rest.count, with: rest)
            (self.start, self.end) = (0, rest.count)
        }
        let end = self.end
        let count = unsafe self.bytes.withUnsafeMutableBytes { bytes in
            unsafe read(UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
        }
        self.end += max(0, count)
        return count
    }

    /// Takes the next message.
    mutating func next() -> [UInt8]? {
        guard self.hasMessage, let length = self.length else { return nil }
        let first = self.start + Self.headerSize
        self.start = first + length
        return Array(self.bytes[first..<first + length])
    }
}
