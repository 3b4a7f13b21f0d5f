// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import JoblibCluster
import JoblibCore
import JoblibPOSIX

/// The clusters of a process: each is kept for the calls to come, with its connections.
final class Clusters: Sendable {
    private static let perProcess = PerProcess { Clusters() }

    private let kept = KeptObjects<TCPSettings.Meeting, Cluster>()

    /// Has a call use its cluster, which is made if it is the first.
    ///
    /// - Throws: `ParallelError` when its address cannot be listened at, or the system has no thread left; what the call throws.
    static func use<Value>(_ settings: TCPSettings, _ body: (Cluster) throws -> Value) throws -> Value {
        let cluster = try self.perProcess.object.find(settings)
        defer { cluster.endUse() }
        return try body(cluster)
    }

    private func find(_ settings: TCPSettings) throws -> Cluster {
        // Before anybody can end it that finds it unused.
        try self.kept.find(settings.meeting, whenFound: { $0.beginUse() }, make: { try self.make(settings) })
    }

    private func make(_ settings: TCPSettings) throws -> Cluster {
        // The key alone: with all of the settings the cluster would hold its own launch.
        let meeting = settings.meeting
        let other = self.vacate(meeting)
        do {
            return try Cluster.begin(settings) { self.forget($0, meeting) }
        } catch let error as ParallelError where other != nil {
            throw ParallelError(
                error.code,
                """
                \(error.detail); another call of this program that is not over listens there with another heartbeatInterval, \
                hostTimeout, token or workers: give both the same, or call again when it is over
                """
            )
        }
    }

    /// Ends what listens at an address with other settings, and no call uses.
    ///
    /// - Returns: What a call still uses.
    private func vacate(_ meeting: TCPSettings.Meeting) -> Cluster? {
        guard let address = meeting.listen, address.port != 0 else { return nil }
        var used: Cluster?
        for (other, cluster) in self.kept.all where other.listen == address && other != meeting {
            if self.kept.remove(cluster, of: other, where: { $0.sessionCount == 0 }) {
                cluster.shutDownNow()
            } else {
                used = cluster
            }
        }
        return used
    }

    /// Forgets a cluster that nobody has used for long.
    ///
    /// - Returns: Whether nobody will use it any more.
    private func forget(_ cluster: Cluster, _ meeting: TCPSettings.Meeting) -> Bool {
        self.kept.remove(cluster, of: meeting) { $0.isForgotten }
    }

    /// Ends the clusters of a launch that no call can ask for any more.
    static func endLaunch(_ number: UInt64) {
        // Nobody makes one, since that takes the launch that is gone; who looks at one is done at once, and will not come back to end it.
        for cluster in self.perProcess.object.kept.take(where: { $0.launch == number }) { cluster.endWhenUnused() }
    }

    /// Ends all that no call uses, and waits until their connections are closed.
    static func shutDownIdle() async {
        let kept = self.perProcess.object.kept
        for (meeting, cluster) in kept.all where kept.remove(cluster, of: meeting, where: { $0.sessionCount == 0 }) {
            await cluster.shutDown()
        }
    }
}

#endif
