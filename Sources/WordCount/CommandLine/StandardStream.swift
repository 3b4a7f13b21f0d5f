// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where the program prints: counts to `output`, everything else to `error`.
package struct StandardStream {
    package static let output = StandardStream(descriptor: 1)
    package static let error = StandardStream(descriptor: 2)

    private let descriptor: Int32

    /// Writes bytes.
    ///
    /// - Throws: ``SystemError`` if they cannot be written, such as to a full disk.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemError) in try SystemCall.writeAll(self.descriptor, buffer) }
        }
        try result.get()
    }

    /// Writes a text.
    ///
    /// - Throws: ``SystemError`` if it cannot be written.
    package func write(_ text: String) throws(SystemError) {
        try self.write(Array(text.utf8))
    }

    /// Writes a text about the run to stderr; if that fails, there is nowhere to tell of it.
    package static func report(_ text: String) {
        try? Self.error.write(text)
    }
}
