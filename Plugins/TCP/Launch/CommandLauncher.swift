// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCore
import JoblibPOSIX
import Synchronization

/// Starts hosts by a command, such as `srun`, `sbatch`, `mpirun`, `ssh` or `kubectl`; without a shell.
///
/// `.slurm(nodes:)`, `.slurmArray(count:)`, `.mpi(count:)`, `.ssh(_:)`, `.kubernetes(image:count:)`, `.command(_:)` and
/// `.commandLine(_:)` make one. The command has a process group of its own. A second process of this program sees to it that the command, and
/// the jobs that it has handed to a scheduler, are gone within seconds when this one has died.
public final class CommandLauncher: WorkerLauncher {
    private struct State {
        /// What runs, by the names of the orders.
        var runs: [String: CommandRun] = [:]

        /// The places that nothing runs at: first those where the last command was well, then those that were used longest ago.
        var places: [String]

        /// What outlives this process; there while anything runs.
        var guardian: CommandGuard?
    }

    let template: CommandTemplate
    private let state: Mutex<State>

    init(_ template: CommandTemplate) {
        self.template = template
        self.state = Mutex(State(places: template.places))
    }

    /// As many as the command can start; `nil`: any number.
    public var capacity: Int? { self.template.capacity }

    /// As many as one command can start.
    public var hostsPerOrder: Int { self.template.hostsPerCommand }

    /// Those of `srun` and `mpirun` do.
    public var beginsTogether: Bool { self.template.beginsTogether }

    /// Runs the command.
    ///
    /// - Throws: ``ParallelError`` `.startupFailed` when there is no such command, or the token's file cannot be written; `.resourceExhausted`
    ///   when there is a host on each machine.
    public func start(_ order: LaunchOrder, _ tell: @escaping @Sendable (LaunchEvent) -> Void) throws {
        let run = try self.makeRun(order, tell)
        do {
            try run.begin()
        } catch {
            self.forget(run)
            throw error
        }
    }

    private func makeRun(
        _ order: LaunchOrder,
        _ tell: @escaping @Sendable (LaunchEvent) -> Void
    ) throws(ParallelError) -> CommandRun {
        let guardian = try self.findGuardian()
        return try self.state.withLock { state throws(ParallelError) in
            // Two scopes may have the same launcher.
            guard self.template.places.isEmpty || !state.places.isEmpty else {
                throw ParallelError(
                    .resourceExhausted,
                    "each of \(self.template.places.joined(separator: ", ")) has a host of this launcher already; name more machines, "
                        + "or give each scope a launcher of its own"
                )
            }
            state.guardian = guardian
            let place = state.places.isEmpty ? "" : state.places.removeFirst()
            let run = CommandRun(self.template, order, place: place, guardian, tell) { self.forget($0) }
            state.runs[order.name] = run
            return run
        }
    }

    private func findGuardian() throws(ParallelError) -> CommandGuard {
        if let present = self.state.withLock({ $0.guardian }), present.isAlive { return present }
        do throws(SystemError) {
            return try CommandGuard()
        } catch {
            throw ParallelError(
                .resourceExhausted,
                "no process to tidy up behind this one: \(error); use fewer processes"
            )
        }
    }

    /// The id of the process that guards, for tests; `nil` while nothing runs.
    var guardPID: Int32? { self.state.withLock { $0.guardian?.pid } }

    private func forget(_ run: CommandRun) {
        // The guardian's end is not waited for, and yet not to happen under the lock.
        let guardian = self.state.withLock { state -> CommandGuard? in
            guard state.runs.removeValue(forKey: run.order.name) != nil else { return nil }
            if !run.place.isEmpty { state.places.insert(run.place, at: run.wasWell ? 0 : state.places.endIndex) }
            guard state.runs.isEmpty else { return nil }
            return state.guardian.take()
        }
        _ = consume guardian
    }

    /// Ends the command by SIGTERM, and by SIGKILL where that does not help, or calls off its job.
    public func stop(_ order: LaunchOrder) { self.state.withLock { $0.runs[order.name] }?.stop() }

    /// Calls off one job of an array.
    public func stop(_ order: LaunchOrder, part: Int) {
        self.state.withLock { $0.runs[order.name] }?.stop(part: part)
    }

    /// That the command runs, and the last lines that it has written to its standard error.
    public func lastWords(of order: LaunchOrder) -> String {
        self.state.withLock { $0.runs[order.name] }?.lastWords ?? ""
    }
}

#endif
