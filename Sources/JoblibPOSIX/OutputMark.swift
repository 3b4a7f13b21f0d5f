// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// What a worker writes between what its tasks print, so that its parent knows whose it is; used by one thread.
///
/// In the streams themselves: nothing else says between which of their bytes a task has begun.
public enum OutputMark {
    /// Notes what the standard streams are, before any task can put something else in their place.
    static func begin() { joblib_note_marked_streams() }

    /// Says that what is printed from here on is a task's.
    public static func set(task index: Int) { joblib_mark_output(Int64(index)) }

    /// Says that it is nobody's.
    public static func clear() { joblib_mark_output(-1) }
}

/// Finds the marks in what a worker has written.
struct OutputMarkReader {
    enum Piece: Equatable {
        case text(ArraySlice<UInt8>)

        /// The task that is at work from here on.
        case mark(Int?)
    }

    private static let start = Array("\0joblib-task ".utf8)
    private static let longest = 64

    /// What may be the beginning of a mark.
    private var held: [UInt8] = []

    /// Whether nothing is held back.
    var isEmpty: Bool { self.held.isEmpty }

    /// Cuts bytes into text and marks; what is no mark after all is text.
    mutating func read(_ bytes: ArraySlice<UInt8>) -> [Piece] {
        guard !self.held.isEmpty || bytes.contains(0) else { return [.text(bytes)] }
        var rest = (self.held + bytes)[...]
        self.held = []
        var pieces: [Piece] = []
        while let zero = rest.firstIndex(of: 0) {
            if zero > rest.startIndex { pieces.append(.text(rest[..<zero])) }
            rest = rest[zero...]
            let candidate = rest.prefix(Self.longest)
            guard candidate.starts(with: Self.start.prefix(candidate.count)) else {
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
            let number = candidate[(candidate.startIndex + Self.start.count)..<end]
            pieces.append(.mark(Int(String(decoding: number, as: UTF8.self))))
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
