// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX
import Synchronization

/// A command that was run for one order, and the job that it has handed to a scheduler.
final class CommandRun: Sendable {
    /// How long a command may take that was asked to end, and one that hands in a job, in nanoseconds.
    private static let endTime: UInt64 = 3_000_000_000
    private static let answerTime: UInt64 = 15_000_000_000

    /// For how long it is tried to call off what was asked to stop, as long as launchers have for it, and what has ended by itself.
    private static let callOffTime = LaunchPlan.Settings().stopTime
    private static let leftoverTime: UInt64 = 3_000_000_000

    /// How often a scheduler is asked whether a job is still there, at first and at most.
    private static let firstPause: UInt64 = 2_000_000_000
    private static let longestPause: UInt64 = 30_000_000_000

    private struct State {
        var process: CommandProcess?
        var values = CommandTemplate.Values()
        var tokenPath: String?

        /// What the guardian has been told: of the command's group, of the token's file, and of what calls off the rest.
        var group: UInt64?
        var guardedFile: UInt64?
        var guardedStop: UInt64?
        var hasEnded = false
        var isWanted = true
        var isOver = false
    }

    let order: LaunchOrder
    let place: String
    private let template: CommandTemplate
    private let guardian: CommandGuard
    private let tell: @Sendable (LaunchEvent) -> Void
    private let forget: @Sendable (CommandRun) -> Void
    private let state = Mutex(State())
    private let beginning = MonotonicClock.now

    /// Moves when all is over.
    private let end = WaitWord()

    init(
        _ template: CommandTemplate,
        _ order: LaunchOrder,
        place: String,
        _ guardian: CommandGuard,
        _ tell: @escaping @Sendable (LaunchEvent) -> Void,
        forget: @escaping @Sendable (CommandRun) -> Void
    ) {
        self.template = template
        self.order = order
        self.place = place
        self.guardian = guardian
        self.tell = tell
        self.forget = forget
    }

    /// Runs the command.
    ///
    /// - Throws: `ParallelError` where it cannot be run.
    func begin() throws(ParallelError) {
        var values = CommandTemplate.Values(
            name: self.order.name,
            count: self.order.count,
            place: self.place,
            cluster: self.template.cluster,
            program: self.template.program ?? self.order.program,
            environment: self.template.environment(self.order.environment)
        )
        do throws(ParallelError) {
            if self.template.tokenWay == .file, !self.order.standardInput.isEmpty {
                let environment = self.order.environment(tokenFile: try self.writeToken())
                values.environment = self.template.environment(environment)
            }
            self.state.withLock { $0.values = values }
            let isSubmission = self.template.isSubmission
            self.guardStop(values)
            let input =
                isSubmission
                ? self.template.script(values) : self.template.tokenWay == .file ? "" : self.order.standardInput
            do throws(SystemError) {
                let process = try CommandProcess.start(
                    self.template.command(values),
                    environment: self.template.namesProgram ? values.environment : [:],
                    input: Array(input.utf8),
                    keepsInput: !isSubmission,
                    willReap: { _ in self.forgetGroup() },
                    didEnd: { self.didEnd($0) }
                )
                self.note(process)
            } catch {
                let remedy = error.isMissingFile ? "; install it, or write its path" : ""
                throw ParallelError(.startupFailed, "'\(self.shown)' cannot be started: \(error)\(remedy)")
            }
        } catch {
            self.tidyUp()
            throw error
        }
        if !self.template.isSubmission { self.tell(.started) }
    }

    private func writeToken() throws(ParallelError) -> String {
        let folder = self.template.folder.map { $0.hasSuffix("/") ? $0 : "\($0)/" } ?? ""
        // Whole, since hosts, the guardian, and this program may be in other folders by the time they look.
        let path = "\(folder.hasPrefix("/") ? "" : Folder.current)\(folder).joblib-token-\(self.order.name)"
        // Known before it is there: this process may end at any time.
        let number = self.guardian.add(.file(path))
        self.state.withLock { state in
            state.guardedFile = number
            state.tokenPath = path
        }
        try self.order.writeTokenFile(path)
        return path
    }

    private func note(_ process: CommandProcess) {
        self.state.withLock { state in
            state.process = process
            if !state.hasEnded { state.group = self.guardian.add(.group(process.pid)) }
        }
    }

    private func forgetGroup() {
        let number = self.state.withLock { state in
            state.hasEnded = true
            return state.group.take()
        }
        if let number { self.guardian.remove(number) }
    }

    /// Has the guardian end what there is elsewhere, or may be: from before a scheduler is asked for a job it may have one.
    private func guardStop(_ values: CommandTemplate.Values) {
        let words = self.template.callOff(values)
        guard !words.isEmpty else { return }
        let isSearch = self.template.isSubmission && values.job.isEmpty
        let number = self.guardian.add(isSearch ? .search(words) : .command(words))
        let former = self.state.withLock { state in
            defer { state.guardedStop = number }
            return state.guardedStop
        }
        if let former { self.guardian.remove(former) }
    }

    /// Whether it has gone on for so long that nothing can have been wrong with its place.
    var wasWell: Bool { MonotonicClock.now - self.beginning >= LaunchPlan.Settings().healthyTime }

    // MARK: - What people are shown

    private var shown: String { self.template.shown(self.state.withLock { $0.values }) }

    var lastWords: String {
        let (process, job) = self.state.withLock { ($0.process, $0.values.job) }
        guard job.isEmpty else {
            return "'\(self.shown)' has made the job \(job), which waits, or whose output says more"
        }
        return "'\(self.shown)' is running" + Self.said(process?.errorTail ?? "")
    }

    /// The last three lines of a text, for the end of a sentence.
    private static func said(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).suffix(3).map { String($0).printable(300) }
        return lines.isEmpty ? "" : ", and has said: " + lines.joined(separator: "; ")
    }

    private func text(of ending: CommandProcess.Ending) -> String {
        let how = ending.signal.map { "was ended by signal \($0)" } ?? "ended with status \(ending.exitCode ?? 0)"
        return "'\(self.shown)' \(how)\(Self.said(ending.errorTail))"
    }

    // MARK: - The end

    private func didEnd(_ ending: CommandProcess.Ending) {
        // Whatever has ended the command, what it has started elsewhere need not have noticed.
        guard self.template.isSubmission else { return self.callOff(then: .ended(self.text(of: ending))) }
        // The scheduler may have the job although its answer was lost.
        guard ending.exitCode == 0 else { return self.callOff(then: .failed(self.text(of: ending))) }
        guard let job = JobNumber(ending.output) else {
            let output = ending.output.trimmingNewlines.printable()
            return self.callOff(
                then: .failed(
                    "'\(self.shown)' has printed '\(output)' in place of the number of a job; "
                        + "it has to be sbatch, or print what sbatch --parsable does"
                )
            )
        }
        let (values, isWanted) = self.state.withLock { state in
            state.values.job = job.number
            if !job.cluster.isEmpty { state.values.cluster = job.cluster }
            return (state.values, state.isWanted)
        }
        self.guardStop(values)
        guard isWanted else { return self.callOffJob() }
        self.tell(.started)
        guard !self.template.status.isEmpty else { return }
        PlatformThread.startOrRun(name: "joblib-job") { self.watch(values) }
    }

    /// Begins to end it.
    func stop() {
        let (process, job) = self.state.withLock { state in
            state.isWanted = false
            return (state.process, state.values.job)
        }
        guard self.template.isSubmission else {
            process?.terminate(patience: Self.endTime)
            return
        }
        if !job.isEmpty { return self.callOffJob() }
        // What it is about to be given a number for is called off then.
        guard let process else { return }
        PlatformThread.startOrRun(name: "joblib-command") {
            if !process.waitForEnd(until: MonotonicClock.now + Self.answerTime) { process.kill() }
        }
    }

    /// Ends one host of several; where that fails it goes on to keep its place.
    func stop(part: Int) {
        var values = self.state.withLock { $0.values }
        values.part = "\(part)"
        let words = CommandTemplate.filled(self.template.stopPart, values)
        guard !words.isEmpty, !values.job.isEmpty else { return }
        PlatformThread.startOrRun(name: "joblib-command") {
            _ = CommandAnswer.untilDone(words, until: MonotonicClock.now + Self.callOffTime, unless: self.end)
        }
    }

    private func callOffJob() {
        self.callOff(then: .ended("its job was called off")) { .ended("its job could not be called off: \($0)") }
    }

    /// Runs the command that calls off what was started, where there is one, again until it succeeds.
    private func callOff(then event: LaunchEvent, failing: (@Sendable (String) -> LaunchEvent)? = nil) {
        let (values, isWanted) = self.state.withLock { ($0.values, $0.isWanted) }
        let words = self.template.callOff(values)
        guard !words.isEmpty else { return self.finish(event) }
        let deadline = MonotonicClock.now + (isWanted ? Self.leftoverTime : Self.callOffTime)
        PlatformThread.startOrRun(name: "joblib-command") {
            guard let problem = CommandAnswer.untilDone(words, until: deadline, unless: self.end) else {
                return self.finish(event)
            }
            // The guardian tries once more when it has nothing else to do.
            self.finish(failing?(problem) ?? event, keepsGuard: true)
        }
    }

    /// Asks now and then whether the job is still there; on a thread of its own.
    private func watch(_ values: CommandTemplate.Values) {
        let words = CommandTemplate.filled(self.template.status, values)
        var pause = Self.firstPause
        var remaining = self.order.count
        while !self.end.wait(while: 0, until: MonotonicClock.now + pause) {
            pause = min(pause * 2, Self.longestPause)
            guard case .ended(let ending) = CommandAnswer.of(words) else { continue }
            guard JobNumber.isOver(ending) else {
                if let count = JobNumber.remaining(ending), count != remaining {
                    remaining = count
                    self.tell(.remaining(count))
                }
                continue
            }
            return self.finish(.ended("the job \(values.job) of '\(self.shown)' is over; its output says why"))
        }
    }

    private func finish(_ event: LaunchEvent, keepsGuard: Bool = false) {
        let isFirst = self.state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver
        }
        guard isFirst else { return }
        self.tidyUp(keepsGuard: keepsGuard)
        self.end.advance()
        self.forget(self)
        self.tell(event)
    }

    private func tidyUp(keepsGuard: Bool = false) {
        let (path, file, stop) = self.state.withLock {
            ($0.tokenPath.take(), $0.guardedFile.take(), $0.guardedStop.take())
        }
        if let path { OpenFile.remove(path) }
        if let file { self.guardian.remove(file) }
        if let stop, !keepsGuard { self.guardian.remove(stop) }
    }
}

extension String {
    /// Without line breaks at its end.
    fileprivate var trimmingNewlines: String {
        self.lastIndex { !$0.isNewline }.map { String(self[...$0]) } ?? ""
    }
}

#endif
