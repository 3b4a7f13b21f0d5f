// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibPOSIX

/// What is known of the death of a worker beyond its signal or status, in words.
package struct CrashExplanation {
    /// The words; `nil` when nothing more is known.
    package let text: String?

    /// Finds it out.
    ///
    /// - Parameters:
    ///   - ending: How the process has ended.
    ///   - location: The place in a source file where it was.
    ///   - isForked: Whether it was a copy of its parent, in which some things are broken.
    package init(_ ending: ChildEnding, location: String?, isForked: Bool) {
        var parts: [String] = []
        if let location { parts.append("at \(location)") }
        if let shortage = ending.shortage {
            let limit = shortage.limit.map { ", since processes of its group may have \($0) bytes together" } ?? ""
            parts.append(
                "out of memory: the kernel has ended it\(limit); let fewer tasks run at once, or give them less"
            )
        }
        if isForked, Self.isBrokenConcurrency(ending) {
            parts.append(
                "it used a Task or a Dispatch queue, which do not survive fork(2); use a loop of Parallel, or the backend loky"
            )
        }
        let lines = ending.errorTail.split(whereSeparator: \.isNewline).filter { !Self.isFrame($0) }.suffix(5)
        if !lines.isEmpty { parts.append("its last words: " + lines.joined(separator: " | ")) }
        self.text = parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Whether a line is one of those with which the runtime describes the stack, less well than it is described here.
    private static func isFrame(_ line: Substring) -> Bool {
        guard line.first?.isNumber == true else { return line.hasPrefix("Current stack trace:") }
        return line.contains(" 0x")
    }

    /// Whether a queue that the child has poisoned was used: a fault just above the address that it was poisoned with.
    private static func isBrokenConcurrency(_ ending: ChildEnding) -> Bool {
        ending.signal == 11 && (0x100..<0x1000).contains(ending.faultAddress)
    }
}
