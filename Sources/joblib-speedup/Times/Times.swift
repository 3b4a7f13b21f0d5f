// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// The time that all tasks took for one size with one `nJobs`.
struct Measurement: Hashable, Sendable {
    /// The number of elements of each of the two arrays.
    var size: Int

    /// The number of tasks that ran at the same time.
    var nJobs: Int

    /// The best time over all repetitions.
    var seconds: Double
}

/// The measurements of one experiment, with the conditions under which they were made.
struct Times: Hashable, Sendable {
    /// What stays the same over all measurements of an experiment.
    struct Conditions: Hashable, Sendable {
        /// The number of convolutions in each measurement.
        var tasks: Int

        /// The number of timings of which each measurement is the best.
        var repeats: Int

        /// The name of the backend.
        var backend: String

        /// The number of processors of the machine.
        var cpus: Int
    }

    var conditions: Conditions

    /// One measurement at most for each pair of size and `nJobs`.
    private(set) var measurements: [Measurement] = []

    init(conditions: Conditions) {
        self.conditions = conditions
    }

    var isEmpty: Bool { self.measurements.isEmpty }

    /// Adds a measurement, or replaces the one for the same size and `nJobs`.
    mutating func record(_ measurement: Measurement) {
        if let index = self.measurements.firstIndex(where: {
            $0.size == measurement.size && $0.nJobs == measurement.nJobs
        }) {
            self.measurements[index] = measurement
        } else {
            self.measurements.append(measurement)
        }
    }
}

// MARK: - Comparison

extension Times {
    /// The measured sizes, in ascending order.
    var sizes: [Int] { Set(self.measurements.map(\.size)).sorted() }

    /// The measured values of `nJobs`, in ascending order.
    var jobs: [Int] { Set(self.measurements.map(\.nJobs)).sorted() }

    /// The smallest measured `nJobs`, with which all others are compared; 1 unless the user chose otherwise.
    var baseline: Int { self.jobs.first ?? 1 }

    /// Returns the time for a size with a value of `nJobs`, if it was measured.
    func seconds(size: Int, nJobs: Int) -> Double? {
        self.measurements.first { $0.size == size && $0.nJobs == nJobs }?.seconds
    }

    /// Returns how many times faster a measurement is than the baseline of its size, if there is one.
    func speedup(_ measurement: Measurement) -> Double? {
        self.seconds(size: measurement.size, nJobs: self.baseline).map { $0 / measurement.seconds }
    }

    /// Returns the speed-up as a fraction of the ideal one: 1 if twice the jobs take half the time.
    func efficiency(_ measurement: Measurement) -> Double? {
        self.speedup(measurement).map { $0 * Double(self.baseline) / Double(measurement.nJobs) }
    }
}
