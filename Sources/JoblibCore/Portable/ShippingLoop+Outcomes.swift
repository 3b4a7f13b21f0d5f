// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

// What has come of tasks for good, and when it is handed on.

extension ShippingLoop {
    func failure(
        _ entry: ShippingLedger.Entry,
        of group: ShippedGroup,
        _ error: any Error,
        _ reason: TaskFailure.Reason,
        _ worker: TaskFailure.Worker,
        trace: String? = nil
    ) -> TaskFailure {
        TaskFailure(
            index: entry.index,
            arguments: group.body(of: entry.index).argumentText,
            underlyingError: error,
            reason: reason,
            worker: worker,
            attempt: entry.attempt,
            remoteTrace: trace
        )
    }

    /// Notes the output of a task, and hands its group's results on where they are complete.
    ///
    /// - Parameters:
    ///   - entry: The task.
    ///   - bytes: What its worker has sent.
    ///   - group: Its group.
    ///   - tell: Called before anybody can have the output.
    /// - Throws: When the bytes make no output.
    func succeed(
        _ entry: ShippingLedger.Entry,
        _ bytes: ArraySlice<UInt8>,
        of group: ShippedGroup,
        _ tell: () -> Void
    ) throws {
        let layout = self.coding.outputs
        try unsafe withUnsafeTemporaryAllocation(byteCount: max(layout.size, 1), alignment: layout.alignment) {
            memory in
            guard let place = memory.baseAddress else { return }
            // Not under the lock: it runs foreign code.
            try unsafe layout.decode(bytes, to: place)
            tell()
            var tasks: ArraySlice<ShippedBody> = []
            let isTaken = self.state.withLock { state in
                guard !state.isGivenUp, unsafe group.succeed(entry.index, place) else { return false }
                state.ledger.noteProgress()
                state.ledger.fatalTasks.end()
                tasks = self.handOn(group, &state)
                return true
            }
            if !isTaken, !layout.isPlain { unsafe layout.deinitialize(place) }
            withExtendedLifetime(tasks) {}
        }
    }

    /// Notes the failure of a task for good, and hands its group's results on where they are complete.
    func fail(_ entry: ShippingLedger.Entry, _ failure: TaskFailure, of group: ShippedGroup) {
        var tasks: ArraySlice<ShippedBody> = []
        let isTaken = self.state.withLock { state in
            guard !state.isGivenUp, group.fail(entry.index, failure, isEnding: !self.keepsGoing) else { return false }
            state.ledger.noteProgress()
            tasks = self.handOn(group, &state)
            return true
        }
        if isTaken, !self.keepsGoing, !self.endsInOrder { self.stop(failure) }
        withExtendedLifetime(tasks) {}
    }

    /// Hands a group's results on once they are complete, or as far as they go before the first failure that ends the loop.
    ///
    /// - Returns: Tasks to be let go of where no lock is held.
    func handOn(_ group: ShippedGroup, _ state: inout State) -> ArraySlice<ShippedBody> {
        guard let (count, failure) = group.handOn(waits: self.endsInOrder) else { return [] }
        if self.isList {
            state.stream.complete(hasFailed: failure != nil)
        } else {
            let results = count == 0 ? [] : [ShippedResults(group, count: count)]
            state.stream.complete(
                StreamState<ShippedResults>
                    .Outcome(first: group.first, count: count, results: results, failure: failure)
            )
        }
        return group.takeTasks()
    }
}
