// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
public import JoblibCore
import JoblibPOSIX
import Synchronization

/// What the parameter `.launch` holds: what was launched is stopped when nothing has the parameter any more.
///
/// A scope has it, and whatever was made in the scope; so it goes with the scope.
final class LaunchRequest: Sendable {
    private static let lastNumber = Atomic<UInt64>(0)

    private static let largestCount = 1 << 20

    /// After how many seconds without a coordinator a host ends that was launched.
    private static let orphanSeconds = 5

    /// Which no other one of the process ever has.
    let number: UInt64

    let launcher: any WorkerLauncher
    let count: Int?
    let workersPerHost: Int?
    let idleTimeout: Duration

    /// For calls that name no token: both ends are this program's.
    let token = ClusterToken.generate()

    init(_ launcher: any WorkerLauncher, count: Int?, workersPerHost: Int?, idleTimeout: Duration) {
        self.number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        self.launcher = launcher
        self.count = count
        self.workersPerHost = workersPerHost
        self.idleTimeout = idleTimeout
    }

    deinit { Clusters.endLaunch(self.number) }

    /// How many hosts there are to be.
    ///
    /// - Throws: `ParallelError` where that makes no sense.
    func hostCount() throws(ParallelError) -> Int {
        let capacity = self.launcher.capacity
        guard let count = self.count ?? capacity else {
            throw ParallelError(
                .invalidArgument,
                "launch: how many? This launcher has no capacity of its own; write count:"
            )
        }
        guard count >= 1, count <= min(capacity ?? .max, Self.largestCount), (self.workersPerHost ?? 1) >= 1,
            (self.workersPerHost ?? 1) <= Greeting.maximumSlots, self.idleTimeout >= .zero
        else {
            throw ParallelError(
                .invalidArgument,
                "launch: \(count) hosts of \(capacity.map { "at most \($0)" } ?? "any number"), "
                    + "\(self.workersPerHost.map { "\($0)" } ?? "all") workers each, idleTimeout \(self.idleTimeout); "
                    + "write 1 or more of each, no more hosts than the launcher has, and no negative time"
            )
        }
        return count
    }

    /// How it is gone about.
    func plan(_ count: Int) -> LaunchPlan.Settings {
        var settings = LaunchPlan.Settings()
        settings.wanted = count
        settings.hostsPerOrder = max(1, self.launcher.hostsPerOrder)
        settings.capacity = self.launcher.capacity
        settings.idleTime = self.idleTimeout.nanoseconds
        return settings
    }

    /// What its hosts are told.
    func instructions(_ address: HostAddress, _ token: ClusterToken?) -> Launch.Instructions {
        var environment = [
            "JOBLIB_WORKER_DIAL": "\(address)",
            HostSettings.orphanVariable: "\(Self.orphanSeconds)",
        ]
        if let workersPerHost { environment[HostSettings.slotsVariable] = "\(workersPerHost)" }
        if token == nil {
            environment[HostSettings.plaintextVariable] = "1"
        } else {
            environment[ClusterToken.fileVariable] = "-"
        }
        return Launch.Instructions(
            program: LoadedImage.programPath ?? "/proc/self/exe",
            environment: environment,
            token: token
        )
    }
}

extension BackendParameter {
    /// Has hosts started by a scheduler, by ssh, or by any other command, which then dial back.
    ///
    /// They are started by the first call, and others take the place of those that end. They are stopped when the scope ends whose parameter
    /// this is, when the process ends in whatever way, and when no call has used them for a minute; the next call starts others.
    ///
    /// Where no `.listen` says otherwise the call listens at a port of the system's choice, on all addresses. Where no token is given one is
    /// made. A call waits up to 60 s for one worker, and takes in those that come later; where hosts begin together, as with `srun` and `mpirun`,
    /// for as many as hosts were launched, or `workersPerHost` times as many. `.waitForWorkers` says otherwise.
    ///
    /// - Parameters:
    ///   - launcher: What starts them, such as `.slurm(nodes: 2)`, `.ssh(["hosta", "hostb"])`, or any ``WorkerLauncher``.
    ///   - count: How many hosts, from 1; the launcher's capacity by default.
    ///   - workersPerHost: How many workers each has, from 1; by default as many as the launcher says, or as the host has CPUs for it.
    ///   - idleTimeout: For how long they stay while no call uses them, from 0; a minute by default.
    /// - Returns: The parameter. Whoever keeps it keeps the hosts.
    public static func launch(
        _ launcher: some WorkerLauncher,
        count: Int? = nil,
        workersPerHost: Int? = nil,
        idleTimeout: Duration = .seconds(60)
    ) -> BackendParameter {
        BackendParameter(
            name: TCPSettings.launchName,
            value: LaunchRequest(launcher, count: count, workersPerHost: workersPerHost, idleTimeout: idleTimeout)
        )
    }

    /// The address that launched hosts are to dial, where it is not the one that this process finds for itself.
    ///
    /// - Parameter address: `host:port`, as others reach this machine; port 0 is the one that is listened at.
    /// - Returns: The parameter.
    public static func dialAddress(_ address: String) -> BackendParameter {
        BackendParameter(name: TCPSettings.dialAddressName, value: address)
    }
}

#endif
