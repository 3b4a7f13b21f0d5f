// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// A small file that the kernel writes.
struct ProcFile {
    let text: String

    /// Reads a file; one that is not there is empty.
    init(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            self.text = ""
            return
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = read(file, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// What stands after a name and a colon.
    func value(_ name: String) -> String? {
        for line in self.text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmed == name else { continue }
            return parts[1].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return nil
    }

    func kilobytes(_ name: String) -> Int {
        self.value(name).flatMap { $0.split(separator: " ").first.flatMap { Int($0) } } ?? 0
    }

    static var processes: [Int32] { self.names(in: "/proc").compactMap { Int32($0) } }

    /// What is in a folder.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    /// The beginning of what a symbolic link says; empty if there is none.
    static func linkTarget(_ path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
