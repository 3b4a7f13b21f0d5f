// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Where a task's error was thrown, for failures to carry.
enum TracedThrow {
    static let howToGetOne = "not recorded; set verbose to 10 or more to record where errors are thrown"

    /// Runs a task, and if it throws returns the place as text.
    static func record<R>(_ isOn: Bool, _ body: () throws -> R) -> (Swift::Result<R, any Error>, trace: String?) {
        guard isOn else { return (Swift::Result { try body() }, self.howToGetOne) }
        return ThrowTrace.recording { recorder in
            do {
                return (.success(try body()), nil)
            } catch {
                return (.failure(error), self.text(recorder.trace(of: error)?.description))
            }
        }
    }

    /// The frames of the task alone: those of the loop that called it say nothing.
    private static func text(_ trace: String?) -> String {
        guard let trace else { return "not thrown on the task's own thread" }
        var frames = trace.split(separator: "\n").prefix { !$0.contains(" JoblibCore.TracedThrow.record") }
        while let last = frames.last, last.contains("JoblibCore.") { frames.removeLast() }
        return frames.isEmpty ? trace : frames.joined(separator: "\n")
    }
}
