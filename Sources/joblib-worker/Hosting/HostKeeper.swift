// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// Starts a program as a host, starts it again when it dies, and has it finish what it has begun when this process is to end.
struct HostKeeper {
    /// How it has ended.
    enum Outcome: Equatable {
        /// This process is to end, with this status.
        case ended(Int32)

        /// The program is not wanted, or its file is gone: somebody wants a host of another build, and nobody one of this.
        case outdated

        /// It is not started again, and what it has written last.
        case failed(WorkerFailure, said: [String])
    }

    private var request: HostRequest
    private let program: String
    private let arguments: [String]
    private let terms: KeptRun.Terms
    private var policy = RestartPolicy()

    init(_ request: HostRequest, program: String, arguments: [String] = [], _ terms: KeptRun.Terms) {
        self.request = request
        self.program = program
        self.arguments = arguments
        self.terms = terms
    }

    /// Keeps it.
    ///
    /// - Parameter signals: Where this process is asked to end.
    /// - Returns: How it has ended.
    /// - Throws: `WorkerFailure` where this process was asked to end, and the host has not finished what it had begun.
    mutating func run(_ signals: borrowing TerminationSignals.Inbox) throws(WorkerFailure) -> Outcome {
        while true {
            let child: ChildProgram
            do throws(SystemError) {
                let environment = self.request.environment(from: ProcessEnvironment.all, makesWay: self.terms.isCached)
                child = try ChildProgram(self.program, self.arguments, environment: environment)
            } catch {
                return self.outcome(ofStarting: error)
            }
            Self.say("started '\(self.program)', process \(child.pid)")
            var run = KeptRun(self.terms, at: MonotonicClock.now)
            let result = self.follow(child, &run, signals)
            switch run.ending {
            case .asked(let requests): return .ended(try self.status(after: result, askedFor: requests))
            case .outdated: return .outdated
            case .late: return self.failure(ExitStatus.configuration, self.tooLate, run)
            case .died: break
            }
            switch self.policy.decide(after: result, program: self.program) {
            case .giveUp(let status, let detail): return self.failure(status, detail, run)
            case .restart(let wait):
                let when = wait == 0 ? "now" : "in \(Double(wait / 10_000_000) / 100) s"
                Self.say("'\(self.program)' \(result.text); it is started again \(when)")
                guard case .late = ChildProgram.wait(nil, signals, until: MonotonicClock.now + wait) else {
                    return .ended(0)
                }
            }
        }
    }

    static func say(_ text: String) { StandardStream.error.write("joblib-worker: \(text)\n") }

    /// Does what a run decides, until it is over.
    private mutating func follow(
        _ child: ChildProgram,
        _ run: inout KeptRun,
        _ signals: borrowing TerminationSignals.Inbox
    ) -> RestartPolicy.Run {
        while true {
            let actions: [KeptRun.Action]
            switch ChildProgram.wait(child, signals, until: run.deadline) {
            case .error(let bytes):
                StandardStream.error.write(bytes)
                actions = run.hear(bytes)
            case .termination: actions = run.request(at: MonotonicClock.now)
            case .late, .woken: actions = run.passTime(at: MonotonicClock.now)
            case .ended(let exitCode, let signal):
                return run.result(exitCode: exitCode, signal: signal, at: MonotonicClock.now)
            }
            for action in actions {
                switch action {
                case .terminate: child.terminate()
                case .kill: child.kill()
                case .note(let line): self.request.note(line)
                case .touch: OpenFile.touch(self.program)
                case .say(let text): Self.say(text)
                }
            }
        }
    }

    // MARK: - What has come of it

    private func failure(_ status: Int32, _ detail: String, _ run: KeptRun? = nil) -> Outcome {
        .failed(WorkerFailure(status: status, detail: detail), said: run?.lastLines ?? [])
    }

    private var tooLate: String {
        let limit = self.terms.startLimit / 1_000_000_000
        return RestartPolicy.ownMain(
            self.program,
            "has not said within \(limit) s that it is a host, and seems to run its own main"
        )
    }

    private func outcome(ofStarting error: SystemError) -> Outcome {
        // Others have the same cache, and need room, too.
        if self.terms.isCached, (try? FileStatus(path: self.program)) == nil {
            Self.say("'\(self.program)' is in the cache no longer")
            return .outdated
        }
        return self.failure(
            ExitStatus.configuration,
            "'\(self.program)' cannot be started: \(error); it has to be an executable for this machine"
                + (self.terms.isCached ? ", in a folder from which programs may be run" : "")
        )
    }

    /// With what this process ends, once its host has, which it was asked to so often.
    private func status(after run: RestartPolicy.Run, askedFor requests: Int) throws(WorkerFailure) -> Int32 {
        if requests > 1 { return ExitStatus.endedAtOnce }
        // One that was not there yet had nothing to finish.
        if run.exitCode == 0 || !run.isAnnounced { return 0 }
        throw WorkerFailure(
            status: run.exitCode ?? ExitStatus.endedAtOnce,
            detail: "'\(self.program)' \(run.text) before it had finished what it had begun"
        )
    }
}
