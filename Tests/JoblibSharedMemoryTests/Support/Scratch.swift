// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import JoblibPOSIX

/// A folder that is gone at the end of a test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "shared-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.path = url.path
    }

    func file(_ name: String) -> String { "\(self.path)/\(name)" }

    var names: [String] { Folder.names(in: self.path) }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}

/// What a file holds.
func contents(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// How many bytes of memory a process has at the moment.
func residentByteCount(of pid: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
}

/// The mappings of this process; the file says that it is empty, and gives a page at a time.
func mappings() throws -> [Substring] {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps"))
    return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
}

func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

/// The numbers as a file holds them.
func bytes<T: BitwiseCopyable>(of elements: [T]) -> [UInt8] { unsafe elements.withUnsafeBytes { Array($0) } }
