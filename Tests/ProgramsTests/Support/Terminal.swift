// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A pseudoterminal, the other side of which a child process takes for the screen of a person.
final class Terminal {
    let child: FileHandle
    private let parent: Int32

    /// All that was read.
    private(set) var transcript = ""

    init() throws {
        self.parent = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        let child = open(try Self.unlock(self.parent), O_RDWR | O_NOCTTY)
        guard child >= 0 else { throw POSIXError(.ENODEV) }
        self.child = FileHandle(fileDescriptor: child, closeOnDealloc: true)
    }

    deinit { close(self.parent) }

    /// Has so many rows from now on, and 200 columns.
    func resize(rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: 200, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(self.parent, UInt(TIOCSWINSZ), &size)
    }

    /// Reads until a condition on all that was read holds, or the child has gone.
    func read(until condition: (String) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !condition(self.transcript) {
            let count = Foundation.read(self.parent, &buffer, buffer.count)
            // Linux reports the end of a terminal as an error.
            guard count > 0 else { return }
            self.transcript += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    /// Makes the other side available.
    ///
    /// - Returns: The path of the other side.
    /// - Throws: `POSIXError` if there are no pseudoterminals.
    private static func unlock(_ parent: Int32) throws -> String {
        #if os(Linux)
        // Swift does not see unlockpt and ptsname of glibc; these are the requests that they make of the kernel.
        var lock: Int32 = 0
        var number: Int32 = 0
        guard parent >= 0, ioctl(parent, 0x4004_5431, &lock) == 0, ioctl(parent, 0x8004_5430, &number) == 0 else {
            throw POSIXError(.ENODEV)
        }
        return "/dev/pts/\(number)"
        #else
        guard parent >= 0, grantpt(parent) == 0, unlockpt(parent) == 0, let name = ptsname(parent) else {
            throw POSIXError(.ENODEV)
        }
        return String(cString: name)
        #endif
    }
}
