// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A small file of text, read and written as a whole.
struct TextFile {
    /// The size beyond which a file is not read: bytes from outside are not trusted.
    static let maximumByteCount = 1 << 20

    let path: String

    /// Names a file, which need not exist.
    init(_ path: String) {
        self.path = path
    }

    /// Returns the content of the file.
    ///
    /// - Throws: ``SystemError`` if it cannot be read, is too large or is not UTF-8.
    func read() throws(SystemError) -> String {
        let descriptor = try SystemCall.openForReading(self.path)
        defer { SystemCall.closeFile(descriptor) }

        // One byte more than allowed tells a file that is too large from one that just fits.
        var bytes = [UInt8](repeating: 0, count: Self.maximumByteCount + 1)
        var count = 0
        while count < bytes.count {
            let result = bytes.withUnsafeMutableBytes { buffer in
                Result { () throws(SystemError) in
                    try SystemCall.readSome(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                }
            }
            let read = try result.get()
            guard read > 0 else { break }
            count += read
        }
        guard count <= Self.maximumByteCount else {
            throw SystemError("larger than \(Self.maximumByteCount) bytes")
        }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw SystemError("not a text in UTF-8")
        }
        return text
    }

    /// Checks that the file can be written, and leaves it as it was.
    ///
    /// - Throws: ``SystemError`` if it cannot.
    func checkWritable() throws(SystemError) {
        let existed = SystemCall.exists(self.path)
        SystemCall.closeFile(try SystemCall.openForWriting(self.path, emptied: false))
        if !existed { SystemCall.remove(self.path) }
    }

    /// Replaces the content of the file.
    ///
    /// - Throws: ``SystemError`` with the path if it cannot be written.
    func write(_ text: String) throws(SystemError) {
        do {
            let descriptor = try SystemCall.openForWriting(self.path, emptied: true)
            defer { SystemCall.closeFile(descriptor) }
            try StandardStream(descriptor: descriptor).write(text)
        } catch {
            throw SystemError("\(self.path): \(error)")
        }
    }
}
