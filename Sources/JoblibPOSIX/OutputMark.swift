// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc

/// What a worker writes between what its tasks print, so that its parent knows whose it is.
///
/// In the streams themselves: nothing else says between which of their bytes a task has begun. A mark bears a number that the
/// parent has drawn for this one worker, so that nothing that a task prints is one by accident.
enum OutputMark: Equatable {
    /// A task is at work from here on; whether its lines are to bear its number.
    case begin(Int, isShown: Bool)

    /// Nothing is, after that task, where it is known which one it was.
    case end(Int?)

    /// The text between the two zero bytes; `nil` for one that says nothing.
    init?(_ text: ArraySlice<UInt8>) {
        guard let kind = text.first, let task = Int(String(decoding: text.dropFirst(), as: UTF8.self)) else {
            return nil
        }
        switch kind {
        case UInt8(ascii: "+"): self = .begin(task, isShown: true)
        case UInt8(ascii: "-"): self = .begin(task, isShown: false)
        case UInt8(ascii: "."): self = .end(task < 0 ? nil : task)
        default: return nil
        }
    }
}

/// Finds the marks in what a worker has written.
struct OutputMarkReader {
    enum Piece: Equatable {
        case text(ArraySlice<UInt8>)

        case mark(OutputMark)
    }

    private static let longest = 64

    private let start: [UInt8]

    /// What may be the beginning of a mark.
    private var held: [UInt8] = []

    /// Makes a reader of marks that bear a number.
    init(nonce: UInt64) {
        let digits = String(nonce, radix: 16)
        self.start = Array(("\0joblib " + String(repeating: "0", count: 16 - digits.count) + digits).utf8)
    }

    /// Whether nothing is held back.
    var isEmpty: Bool { self.held.isEmpty }

    /// Cuts bytes into text and marks; what is no mark after all is text.
    mutating func read(_ bytes: ArraySlice<UInt8>) -> [Piece] {
        guard !self.held.isEmpty || bytes.hasZero else { return [.text(bytes)] }
        var rest = (self.held + bytes)[...]
        self.held = []
        var pieces: [Piece] = []
        while let zero = rest.firstIndex(of: 0) {
            if zero > rest.startIndex { pieces.append(.text(rest[..<zero])) }
            rest = rest[zero...]
            let candidate = rest.prefix(Self.longest)
            guard candidate.starts(with: self.start.prefix(candidate.count)) else {
                pieces.append(.text(rest.prefix(1)))
                rest.removeFirst()
                continue
            }
            guard let end = candidate.dropFirst().firstIndex(of: 0) else {
                // The rest of it is on its way, unless it is too long for one.
                if candidate.count < Self.longest {
                    self.held = Array(rest)
                    return pieces
                }
                pieces.append(.text(rest.prefix(1)))
                rest.removeFirst()
                continue
            }
            guard let mark = OutputMark(candidate[(candidate.startIndex + self.start.count)..<end]) else {
                pieces.append(.text(rest.prefix(1)))
                rest.removeFirst()
                continue
            }
            pieces.append(.mark(mark))
            rest = rest[(end + 1)...]
        }
        if !rest.isEmpty { pieces.append(.text(rest)) }
        return pieces
    }

    /// What was held back, as there comes no more.
    mutating func takeRest() -> [UInt8] {
        defer { self.held = [] }
        return self.held
    }
}

extension ArraySlice<UInt8> {
    /// Whether there is a zero: by libc, which looks at many bytes at a time, also where nothing is optimised.
    fileprivate var hasZero: Bool {
        unsafe self.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, 0, bytes.count) != nil
        }
    }
}
