// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibPOSIX
import JoblibWorkers

// What is said of a worker that does not come up: at which stage, and its own words.

extension LokyWorker {
    /// What it was at: its first word, or what it was to do before its first task.
    private var stage: String { self.isUp ? "initializer" : "hello" }

    /// Gives up waiting for it to come up, unless it has; on the supervisor's thread.
    ///
    /// - Parameters:
    ///   - seconds: For how long it was waited.
    ///   - onlyIfStopped: Whether to go on waiting for one that no signal has stopped.
    func giveUpUnlessReady(after seconds: UInt64, onlyIfStopped: Bool) {
        guard !self.isUp, let process = self.process, !self.isGone else { return }
        let isStopped = process.isStopped
        if onlyIfStopped, !isStopped { return }
        let why = isStopped ? "a signal has stopped it" : "it says nothing"
        let words = process.lastWords.map { "; its last words: \($0)" } ?? ""
        let owner = self.noteStartupFailure(
            "a worker has not come up within \(seconds) s, at the stage '\(self.stage)': \(why)\(words)"
        )
        owner?.couldNotBegin(self)
        self.kill()
    }

    /// The error of a call for whose workers it has said that what they are to do first cannot be done; `nil` if it has not.
    func initializerError(_ ending: ChildEnding) -> ParallelError? {
        guard let failure = self.startupFailure else { return nil }
        let words = CrashExplanation(ending, location: nil, isForked: false).text.map { "; \($0)" } ?? ""
        return ParallelError(
            .startupFailed,
            "loky: a worker has ended at the stage '\(self.stage)': \(failure)\(words)"
        )
    }

    /// Why it has ended, if it had not come up.
    func startupCause(_ ending: ChildEnding) -> StartupFailures.Cause {
        if ending.signal == 9 || ending.signal == 15 { return .outside }
        return !self.isUp && ending.exitCode == WorkerEntry.shortageStatus ? .shortage : .itself
    }

    /// The error of a call whose workers do not come up, of which this was the last.
    func startupError(_ ending: ChildEnding) -> ParallelError {
        let explanation = self.death(ending, task: 0).description
        if self.startupCause(ending) == .shortage { return Shortage.error(explanation) }
        return ParallelError(
            .startupFailed,
            "loky: one worker after the other ended before it had come up, at the stage '\(self.stage)'; the last: \(explanation); "
                + "look at what it was started with, such as environment, and at the libraries that it loads"
        )
    }
}
