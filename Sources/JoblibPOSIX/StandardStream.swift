// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import CJoblibPOSIX

/// The standard output or the standard error of this process, as descriptors; see stdin(3).
public enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Whether the stream goes to a terminal, isatty(3).
    public var isTerminal: Bool { joblib_output_is_terminal(self.rawValue) != 0 }

    /// The size of the terminal, in characters; `nil` where it does not tell.
    public var size: (columns: Int, rows: Int)? {
        var (columns, rows): (UInt16, UInt16) = (0, 0)
        unsafe joblib_output_size(self.rawValue, &columns, &rows)
        return columns > 0 && rows > 0 ? (Int(columns), Int(rows)) : nil
    }

    /// Writes a text as a whole, after what the program has printed; waits while the stream takes nothing.
    ///
    /// A stream that is closed, or that nobody reads any more, loses the text and raises no signal.
    public func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = unsafe joblib_output_write(self.rawValue, bytes.baseAddress, bytes.count)
        }
    }

    /// Writes bytes in the same way.
    public func write(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            _ = unsafe joblib_output_write(self.rawValue, bytes.baseAddress, bytes.count)
        }
    }

    /// Says whether a line without an end stands on the terminal of the standard error.
    ///
    /// While one does, exit(3), or a SIGINT that ends the process, ends the line first. A program that handles the signal itself goes
    /// on doing so. Not to be called by several threads at once.
    public static func setHasUnfinishedLine(_ hasUnfinishedLine: Bool) {
        joblib_output_set_unfinished_line(hasUnfinishedLine ? 1 : 0)
    }
}
