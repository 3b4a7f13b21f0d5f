// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// An object that says how many of its like are alive.
final class Tracked: Sendable {
    /// How many objects of one test are alive.
    final class Population: Sendable {
        private let count = Atomic<Int>(0)

        var alive: Int { self.count.load(ordering: .acquiring) }

        fileprivate func add(_ change: Int) {
            self.count.wrappingAdd(change, ordering: .acquiringAndReleasing)
        }
    }

    let number: Int
    private let population: Population

    init(_ number: Int = 0, in population: Population) {
        self.number = number
        self.population = population
        population.add(1)
    }

    deinit {
        self.population.add(-1)
    }
}
