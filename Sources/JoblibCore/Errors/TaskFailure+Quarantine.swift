// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension TaskFailure {
    /// The same failure, of a task that is not given another worker since it has ended all that it was given.
    ///
    /// Where it was not its worker's death that it failed by, the failure itself.
    var quarantined: TaskFailure {
        guard var death = self.underlyingError as? WorkerDeath, let signal = death.reason.signal else { return self }
        death.description += "; so ended every worker that the task was given, and it gets no other"
        return TaskFailure(
            index: self.index,
            arguments: self.arguments,
            underlyingError: death,
            reason: .quarantined(signal: signal),
            worker: self.worker,
            attempt: self.attempt,
            remoteTrace: self.remoteTrace
        )
    }
}
