// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

extension Coordinator {
    /// How many calls without batches are remembered of a session, since more batches of them may come.
    private static let largestIdleCallCount = 16

    /// The index of a call, which has another batch from now on.
    mutating func beginBatch(of call: UInt64, _ session: Int) -> Int {
        let index: Int
        if let known = self.sessions[session].calls[call] {
            index = known
            if self.calls[index].count == 0 {
                self.sessions[session].idleCalls.removeAll { $0 == index }
                self.sessions[session].busyCalls.append(index)
            }
        } else {
            index = self.calls.insert(CallRecord(number: call))
            self.sessions[session].calls[call] = index
            self.sessions[session].busyCalls.append(index)
        }
        self.calls[index].count += 1
        self.calls[index].submittedCount += 1
        return index
    }

    /// Enters a batch as the last of its call.
    mutating func link(_ batch: Int) {
        let call = self.batches[batch].call
        self.batches[batch].previous = self.calls[call].last
        if let last = self.calls[call].last {
            self.batches[last].next = batch
        } else {
            self.calls[call].first = batch
        }
        self.calls[call].last = batch
        if self.calls[call].candidate == nil { self.calls[call].candidate = batch }
    }

    /// A batch of a call has ended.
    mutating func unlink(_ batch: Int) {
        let (previous, next) = (self.batches[batch].previous, self.batches[batch].next)
        let (call, session) = (self.batches[batch].call, self.batches[batch].session)
        if let previous { self.batches[previous].next = next } else { self.calls[call].first = next }
        if let next { self.batches[next].previous = previous } else { self.calls[call].last = previous }
        if self.calls[call].candidate == batch { self.calls[call].candidate = next }
        self.calls[call].count -= 1
        self.calls[call].endedCount += 1
        guard self.calls[call].count == 0 else { return }
        self.sessions[session].busyCalls.removeAll { $0 == call }
        self.sessions[session].idleCalls.append(call)
        guard self.sessions[session].idleCalls.count > Self.largestIdleCallCount else { return }
        let oldest = self.sessions[session].idleCalls.removeFirst()
        self.sessions[session].calls[self.calls[oldest].number] = nil
        self.calls.remove(at: oldest)
    }
}
