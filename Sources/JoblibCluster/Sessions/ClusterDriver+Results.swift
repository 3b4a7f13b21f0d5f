// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

// Large results, which come before the answers that refer to them; all on the executor.

extension ClusterDriver {
    /// The next bytes of a large result have come from a host.
    package func receive(_ bytes: RawSpan, ofResultFor batch: BatchNumber, from link: LinkNumber) {
        guard self.isConnected(link) else { return }
        if (try? self.arriving[link]?.append(bytes, to: batch)) == nil { self.receive(nil, from: link) }
    }

    /// A host announces a large result; returns whether that can be.
    func announce(_ array: ResultArray, of batch: BatchNumber, from link: LinkNumber) -> Bool {
        // What comes late is not kept, since nobody waits for it.
        let isWanted = self.wants(batch, from: link)
        return
            (try? self.arriving[link, default: ArrivingResults(self.memory)]
            .begin(array, of: batch, isWanted: isWanted)) != nil
    }

    /// An answer with what has come for it; `nil` where that is not whole.
    func answer(to batch: BatchNumber, _ bytes: [UInt8], from link: LinkNumber) -> WorkerAnswer? {
        // Most hosts never have any.
        guard !self.arriving.isEmpty, self.arriving[link]?.batch == batch else { return WorkerAnswer(bytes: bytes) }
        guard self.wants(batch, from: link) else {
            // What was called off is left out, and nothing is made of the rest.
            self.forgetResults(of: batch, from: link)
            return WorkerAnswer(bytes: [])
        }
        guard let arrays = try? self.arriving[link]?.take(of: batch) ?? [] else { return nil }
        return WorkerAnswer(bytes: bytes, arrays: arrays)
    }

    /// Nothing more comes for a batch.
    func forgetResults(of batch: BatchNumber, from link: LinkNumber) {
        if !self.arriving.isEmpty { self.arriving[link]?.forget(batch) }
    }

    /// How many bytes have come from a host of answers that have not.
    func arrivingByteCount(from link: LinkNumber) -> Int { self.arriving[link]?.byteCount ?? 0 }
}
