// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// What is known of the death of a worker beyond its signal or status, in words.
struct CrashExplanation {
    let text: String?

    init(_ ending: ForkedProcess.Ending, location: String?) {
        var parts: [String] = []
        if let location { parts.append("at \(location)") }
        if ending.ranOutOfMemory { parts.append("the kernel had no memory left and has killed it") }
        if Self.isBrokenConcurrency(ending) {
            parts.append(
                "it used a Task or a Dispatch queue, which do not survive fork(2); use a loop of Parallel, or the backend loky"
            )
        }
        let lines = ending.errorTail.split(whereSeparator: \.isNewline).suffix(5)
        if !lines.isEmpty { parts.append("its last words: " + lines.joined(separator: " | ")) }
        self.text = parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Whether a queue that the child has poisoned was used: a fault just above the address that it was poisoned with.
    private static func isBrokenConcurrency(_ ending: ForkedProcess.Ending) -> Bool {
        ending.signal == 11 && (0x100..<0x1000).contains(ending.faultAddress)
    }
}
