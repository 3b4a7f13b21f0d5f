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
    /// What prints and was asked for by a scope is for the outermost loops in it: the lines of a loop in each of their
    /// tasks would be noise, and joblib does not print them either. An observer gets them all.
    ///
    /// - Parameters:
    ///   - explicit: The call's own arguments.
    ///   - scope: The scope around it.
    ///   - depth: In how many loops' tasks, one inside of the other, the call is made.
    init(_ explicit: ParallelConfig, _ scope: ParallelConfig, depth: Int) {
        self.verbosity = explicit.verbose ?? (scope.verboseDepth == depth ? scope.verbose ?? 0 : 0)
        if let display = explicit.progress {
            self.display = display
        } else if case .observer? = scope.progress?.kind {
            self.display = scope.progress
        } else {
            self.display = scope.progressDepth == depth ? scope.progress : nil
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
