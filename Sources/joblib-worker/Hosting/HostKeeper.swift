// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX

/// Starts a program as a host, starts it again when it dies, and has it finish what it has begun when this process is to end.
struct HostKeeper {
    /// How it has ended.
    enum Outcome: Equatable {
        /// This process is to end, with this status.
        case ended(Int32)

        /// Somebody wants a host of another build, and nobody one of this.
        case outdated
    }

    /// For how long a host is waited for that was told to end at once, in nanoseconds.
    private static let patience: UInt64 = 1_000_000_000

    private var request: HostRequest
    private let program: String
    private let arguments: [String]
    private let startLimit: UInt64

    /// Whether a coordinator of another build ends it, once it has none.
    private let makesWay: Bool
    private var policy = RestartPolicy()

    /// How often this process was asked to end.
    private var requests = 0

    /// What of the program's lines says that.
    private var builds = BuildWatch()

    init(
        _ request: HostRequest,
        program: String,
        arguments: [String] = [],
        startLimit: UInt64,
        makesWay: Bool = false
    ) {
        self.makesWay = makesWay
        self.request = request
        self.program = program
        self.arguments = arguments
        self.startLimit = startLimit
    }

    /// Keeps it.
    ///
    /// - Parameter signals: Where this process is asked to end.
    /// - Returns: How it has ended.
    /// - Throws: `WorkerFailure` where it is not started again; `SystemError`.
    mutating func run(_ signals: borrowing TerminationSignals.Inbox) throws -> Outcome {
        while true {
            let run = try self.runOnce(signals)
            if self.requests > 0 { return .ended(try self.status(after: run)) }
            if self.isMakingWay { return .outdated }
            switch self.policy.decide(after: run, program: self.program) {
            case .giveUp(let status, let detail): throw WorkerFailure(status: status, detail: detail)
            case .restart(let wait):
                let when = wait == 0 ? "now" : "in \(Double(wait / 10_000_000) / 100) s"
                Self.say("'\(self.program)' \(run.text); it is started again \(when)")
                guard case .late = ChildProgram.wait(nil, signals, until: MonotonicClock.now + wait) else {
                    return .ended(0)
                }
            }
        }
    }

    private var isMakingWay: Bool { self.makesWay && self.builds.isOutdated }

    static func say(_ text: String) { StandardStream.error.write("joblib-worker: \(text)\n") }

    private mutating func runOnce(_ signals: borrowing TerminationSignals.Inbox) throws -> RestartPolicy.Run {
        let start = MonotonicClock.now
        let child: ChildProgram
        do throws(SystemError) {
            let environment = self.request.environment(from: ProcessEnvironment.all)
            child = try ChildProgram(self.program, self.arguments, environment: environment)
        } catch {
            throw WorkerFailure(
                status: ExitStatus.configuration,
                detail: "'\(self.program)' cannot be started: \(error); it has to be an executable for this machine"
            )
        }
        Self.say("started '\(self.program)', process \(child.pid)")
        var reader = AnnouncementReader()
        self.builds = BuildWatch()
        var deadline: UInt64? = start + self.startLimit
        while true {
            switch ChildProgram.wait(child, signals, until: deadline) {
            case .error(let bytes):
                StandardStream.error.write(bytes)
                reader.add(bytes)
                if let announcement = reader.announcement, self.requests == 0 {
                    deadline = nil
                    self.request.note(announcement)
                }
                let wasMakingWay = self.isMakingWay
                self.builds.add(bytes)
                if self.isMakingWay, !wasMakingWay, self.requests == 0 {
                    Self.say("a coordinator has another build of the program; makes way for it")
                    child.terminate()
                }
            case .termination:
                self.requests += 1
                child.terminate()
                if self.requests > 1 { deadline = MonotonicClock.now + Self.patience }
            case .late:
                child.kill()
                if self.requests > 0 {
                    deadline = nil
                    continue
                }
                throw WorkerFailure(
                    status: ExitStatus.configuration,
                    detail: RestartPolicy.ownMain(
                        self.program,
                        "has not said within \(self.startLimit / 1_000_000_000) s that it is a host, and seems to run its own main"
                    )
                )
            case .ended(let exitCode, let signal):
                return RestartPolicy.Run(
                    exitCode: exitCode,
                    signal: signal,
                    isAnnounced: reader.announcement != nil,
                    duration: MonotonicClock.now - start
                )
            }
        }
    }

    /// With what this process ends, once its host has that was asked to.
    private func status(after run: RestartPolicy.Run) throws -> Int32 {
        if self.requests > 1 { return ExitStatus.endedAtOnce }
        // One that was not there yet had nothing to finish.
        if run.exitCode == 0 || !run.isAnnounced { return 0 }
        throw WorkerFailure(
            status: run.exitCode ?? ExitStatus.endedAtOnce,
            detail: "'\(self.program)' \(run.text) before it had finished what it had begun"
        )
    }
}
