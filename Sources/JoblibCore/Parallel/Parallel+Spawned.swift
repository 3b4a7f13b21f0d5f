// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// A preference for processes means spawned workers where every task at hand can travel to them, and forked ones where not.

extension Parallel {
    /// The call on spawned workers, where only processes are preferred, and tasks and outputs can travel; `nil` where it is not that.
    @usableFromInline
    func onSpawnedWorkers<Output>(_ tasks: [Delayed<Output>]) throws -> Parallel? {
        guard self.pool == nil, (self.explicit.prefer ?? self.scope.config.prefer) == .processes, !tasks.isEmpty,
            BackendRegistry.knows(Self.spawning)
        else { return nil }
        let settings = try self.settings(in: EnclosingTask.currentLoop)
        // One job runs in the calling thread, since nobody has chosen a backend.
        guard settings.isHint, settings.isForked, settings.workers > 1 else { return nil }
        let call = Parallel(self, backend: .named(Self.spawning))
        // What was meant for the other backend, or is forbidden, is no reason to fail.
        guard let shipped = try? call.settings(in: EnclosingTask.currentLoop),
            let backend = shipped.backend as? any ShippingBackend,
            OutputCoding<Output>(shipped.taskCoder ?? backend.taskCoder) != nil,
            (try? ShippedBody.check(tasks.map(\.shipped)[...], shipped)) != nil
        else { return nil }
        return call
    }

    private static var spawning: String { "loky" }
}
