// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What is to be ended, done and removed once a process has gone: lines of text, as a ``CommandGuard`` is told them.
///
/// A word is written with `%` and two hexadecimal digits for each byte that would end it; an empty one is `%00`, since no argument of a
/// program holds that byte.
public struct GuardedThings: Equatable, Sendable {
    /// Something, and its number, by which it is taken back.
    public enum Thing: Equatable, Sendable {
        /// A process group that is to end.
        case group(Int32)

        /// A program that is to run, and its arguments.
        case command([String])

        /// The same, and once more a little later: it is to find what may just be coming into being.
        case search([String])

        /// A file that is to be removed.
        case file(String)
    }

    /// All that was added and not taken back.
    public private(set) var things: [UInt64: Thing] = [:]

    private var line: [UInt8] = []

    /// Begins with nothing.
    public init() {}

    /// Takes in what was written of ``line(adding:number:)`` and ``line(removing:)``, in pieces of any length; what makes no sense is dropped.
    public mutating func read(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                self.line.append(byte)
                continue
            }
            let words = self.line.split(separator: UInt8(ascii: " ")).map { Self.decoded($0) }
            self.line.removeAll(keepingCapacity: true)
            guard words.count >= 2, let number = UInt64(words[0]) else { continue }
            switch words[1] {
            case "group": self.things[number] = words.count == 3 ? Int32(words[2]).map { Thing.group($0) } : nil
            case "command": self.things[number] = words.count > 2 ? .command(Array(words[2...])) : nil
            case "search": self.things[number] = words.count > 2 ? .search(Array(words[2...])) : nil
            case "file": self.things[number] = words.count == 3 ? .file(words[2]) : nil
            default: self.things[number] = nil
            }
        }
    }

    /// The line that adds something.
    public static func line(adding thing: Thing, number: UInt64) -> String {
        let words =
            switch thing {
            case .group(let group): ["group", "\(group)"]
            case .command(let words): ["command"] + words
            case .search(let words): ["search"] + words
            case .file(let path): ["file", path]
            }
        return (["\(number)"] + words).map { self.encoded($0) }.joined(separator: " ") + "\n"
    }

    /// The line that takes it back.
    public static func line(removing number: UInt64) -> String { "\(number) nothing\n" }

    private static func encoded(_ word: String) -> String {
        guard !word.isEmpty else { return "%00" }
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = []
        for byte in word.utf8 {
            if byte > 0x20, byte != UInt8(ascii: "%"), byte < 0x7f {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decoded(_ word: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = Array(word)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            rest = rest.dropFirst(2)
            if value != 0 { bytes.append(value) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
