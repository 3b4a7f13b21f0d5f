// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// A small file that the kernel writes when it is read.
enum KernelFile {
    /// More than any such file of interest has.
    private static let byteCount = 1 << 13

    /// Returns what it says.
    ///
    /// - Throws: ``SystemError`` when it is not there, such as that of a process that has ended.
    static func text(_ path: String) throws(SystemError) -> String {
        let descriptor = try SystemCall.openForReading(path)
        defer { SystemCall.closeFile(descriptor) }
        return try withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 1) {
            buffer throws(SystemError) in
            let count = try SystemCall.readSome(descriptor, into: buffer)
            return String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    /// Returns the bytes of a line such as `Pss:    12 kB`, if there is one.
    static func bytes(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            let fields = line.dropFirst(name.count + 1).split(separator: " ")
            guard fields.count == 2, fields[1] == "kB" else { return nil }
            return fields.first.flatMap { Int($0) }.map { $0 * 1_024 }
        }
        return nil
    }
}
