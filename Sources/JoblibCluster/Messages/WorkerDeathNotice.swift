// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

package import JoblibCore

extension WorkerDeathNotice {
    /// Describes a death to a coordinator.
    package init(_ death: WorkerDeath) {
        self.init(
            signal: death.reason.signal,
            exitCode: death.reason.exitCode,
            hasTimedOut: death.reason.name == TaskFailure.Reason.timedOut.name,
            description: String(death.description.prefix(4000)),
            ranOutOfMemory: death.ranOutOfMemory,
            taskIndex: death.taskIndex,
            pid: death.pid,
            stackTrace: death.stackTrace.map { String($0.prefix(32_000)) }
        )
    }

    /// The same, as it can be shown on a terminal, whoever has written it.
    var printable: WorkerDeathNotice {
        var notice = self
        notice.description = self.description.printable(4000)
        notice.stackTrace = self.stackTrace.map { trace in
            trace.split(separator: "\n", omittingEmptySubsequences: false).prefix(500).map { String($0).printable(500) }
                .joined(separator: "\n")
        }
        return notice
    }

    /// The death that it describes.
    package var death: WorkerDeath {
        let reason: TaskFailure.Reason =
            if let signal = self.signal {
                .terminated(signal: signal)
            } else if self.hasTimedOut {
                .timedOut
            } else {
                .exited(code: self.exitCode ?? 0)
            }
        var death = WorkerDeath(reason: reason, description: "on \(self.host): \(self.description)")
        death.ranOutOfMemory = self.ranOutOfMemory
        death.taskIndex = self.taskIndex
        death.pid = self.pid
        death.stackTrace = self.stackTrace
        death.host = self.host
        return death
    }
}
