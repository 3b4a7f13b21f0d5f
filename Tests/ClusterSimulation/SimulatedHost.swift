// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster

/// A host of the simulation: it runs batches by waiting for as long as they take.
struct SimulatedHost {
    struct Grant {
        let number: GrantNumber
        let session: SessionNumber
        let workers: Int
        var waiting: [BatchNumber] = []
        var running: [BatchNumber] = []
        var isRefused = false

        /// How many batches it takes before it is refused after all; `nil`: any number.
        var remaining: Int?
    }

    /// What becomes of the batches of a grant that it has refused.
    enum RefusedConduct: CaseIterable {
        /// It gives them back, and ends those that have begun when it is told to.
        case ends

        /// It keeps them, and is silent about them.
        case keeps

        /// It runs them nevertheless, and is late with their answers.
        case runs
    }

    let index: Int
    var description: HostDescription

    /// The times of its batches are multiplied by it.
    let slowness: UInt64

    /// In how many of a hundred messages it says something that it has no business to say.
    let misbehaviour: Int

    /// In how many of a hundred batches a worker ends.
    let deathRate: Int

    /// Whether it gives back all that it is given.
    var givesBack = false

    /// The sessions that it refuses, and after how many batches.
    var refusals: [SessionNumber: Int] = [:]
    var refusedConduct = RefusedConduct.ends

    var link: LinkNumber?
    var isLeaving = false
    var lastHeard: UInt64 = 0

    /// In the order in which they came.
    var grants: [Grant] = []
    var cancelled: Set<BatchNumber> = []

    /// Tells steps of batches that were given up from those of others.
    var epoch = 0

    var isIdle: Bool { self.grants.allSatisfy { $0.waiting.isEmpty && $0.running.isEmpty } }

    /// Forgets all that a coordinator has said.
    mutating func forget() {
        self.link = nil
        self.isLeaving = false
        self.grants = []
        self.cancelled = []
        self.epoch += 1
    }

    func grantIndex(of batch: BatchNumber) -> Int? {
        self.grants.firstIndex { $0.waiting.contains(batch) || $0.running.contains(batch) }
    }

    mutating func remove(_ batch: BatchNumber) {
        guard let index = self.grantIndex(of: batch) else { return }
        self.grants[index].waiting.removeAll { $0 == batch }
        self.grants[index].running.removeAll { $0 == batch }
        self.cancelled.remove(batch)
    }

    /// Takes out the batches of a grant that have not begun.
    mutating func takeWaiting(of grant: Int) -> [BatchNumber] {
        defer { self.grants[grant].waiting = [] }
        return self.grants[grant].waiting
    }

    /// Begins the batches for which there are workers, and returns them.
    mutating func begin() -> [BatchNumber] {
        var begun: [BatchNumber] = []
        for index in self.grants.indices where !self.grants[index].isRefused || self.refusedConduct == .runs {
            while self.grants[index].running.count < self.grants[index].workers, !self.grants[index].waiting.isEmpty {
                let batch = self.grants[index].waiting.removeFirst()
                self.grants[index].running.append(batch)
                begun.append(batch)
            }
        }
        return begun
    }
}
