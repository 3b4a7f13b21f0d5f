// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

internal import JoblibPOSIX

/// Who follows a call: what its arguments and the scope around it ask for.
struct CallAudience {
    /// joblib's verbosity; 0 and below: no lines.
    let verbosity: Int

    let display: ProgressDisplay?

    /// Decides who follows a call.
    ///
    /// What prints and was asked for by a scope is for the outermost loop: the lines of a loop in each of its tasks would
    /// be noise, and joblib does not print them either. An observer gets them all.
    init(_ explicit: ParallelConfig, _ scope: ParallelConfig, isNested: Bool) {
        self.verbosity = explicit.verbose ?? (isNested ? 0 : scope.verbose ?? 0)
        if let display = explicit.progress {
            self.display = display
        } else if case .observer? = scope.progress?.kind {
            self.display = scope.progress
        } else {
            self.display = isNested ? nil : scope.progress
        }
    }

    /// Makes what tells them.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - enclosing: The call in one of whose tasks it is made.
    ///   - workers: How many tasks run at once.
    ///   - label: What printed lines begin with.
    ///   - rule: Which tasks have a line under a verbosity.
    ///   - backend: The backend's name for people.
    /// - Returns: A report; `nil` where nobody follows the call.
    func report(
        _ call: CallID,
        enclosing: CallID?,
        workers: Int,
        label: @autoclosure () -> String,
        rule: (Int) -> VerboseRule,
        backend: @autoclosure () -> String
    ) -> CallReport? {
        guard self.verbosity > 0 || self.display != nil else { return nil }
        var observer: EventDelivery<ParallelEvent>?
        var bar: ProgressBar.Mode?
        switch self.display?.kind {
        case .observer(let delivery)?:
            observer = delivery
        case .bar?:
            let isTerminal = StandardStream.error.isTerminal
            bar = .ofBar(isTerminal: isTerminal) { ProcessEnvironment.value($0) }
        case .lines?:
            bar = .lines
        case nil:
            break
        }
        let lines =
            self.verbosity > 0
            ? VerboseReport(rule: rule(self.verbosity), backend: backend(), label: label()) : nil
        return CallReport(
            call: call,
            enclosingCall: enclosing,
            workers: workers,
            observer: observer,
            lines: lines,
            bar: bar,
            label: label()
        )
    }
}
