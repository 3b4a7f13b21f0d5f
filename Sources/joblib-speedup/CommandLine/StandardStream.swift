// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Where the program prints: results to `output`, everything about the run to `error`.
struct StandardStream {
    static let output = StandardStream(descriptor: 1)
    static let error = StandardStream(descriptor: 2)

    let descriptor: Int32

    /// Whether a person watches the stream.
    var isTerminal: Bool { SystemCall.isTerminal(self.descriptor) }

    /// Writes a text.
    ///
    /// - Throws: ``SystemError`` if it cannot be written, such as to a full disk.
    func write(_ text: String) throws(SystemError) {
        var text = text
        let result = text.withUTF8 { buffer in
            Result { () throws(SystemError) in try SystemCall.writeAll(self.descriptor, UnsafeRawBufferPointer(buffer))
            }
        }
        try result.get()
    }

    /// Writes a text about the run to stderr; if that fails, there is nowhere to tell of it.
    static func report(_ text: String) {
        try? Self.error.write(text)
    }
}
