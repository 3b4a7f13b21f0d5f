// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// Work for one worker, opaque to the backend that carries it.
///
/// On workers that share memory with the caller a batch is a share of the whole loop: it claims tasks until none is left.
public struct Batch: Sendable {
    let work: any BatchWork

    init(_ work: any BatchWork) {
        self.work = work
    }

    /// Whether the call is over, so that running the batch would do nothing and a backend may drop it.
    public var isObsolete: Bool { self.work.isObsolete }

    /// Runs the batch in the calling thread; results find their places by themselves.
    ///
    /// Returns at once when the call has ended in the meantime. Never throws: what the tasks throw is the core's business.
    public func run() {
        self.work.runAsBatch()
    }
}

/// What the core puts into a batch.
protocol BatchWork: AnyObject, Sendable {
    func runAsBatch()

    /// Whether running it would do nothing any more.
    var isObsolete: Bool { get }
}

extension BatchWork {
    var isObsolete: Bool { false }
}
