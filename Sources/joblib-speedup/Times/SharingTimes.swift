// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

/// What was measured of one array on one backend, in one way of sharing it.
struct SharingMeasurement: Hashable, Sendable {
    /// What came of it.
    enum Outcome: Hashable, Sendable {
        /// The best time over all repetitions, and by how much memory grew at most in runs of their own.
        case measured(seconds: Double, grownBytes: Int)

        /// It was left out, since it might have taken more memory than there was.
        case skipped(neededBytes: Int)
    }

    /// The size of the array in megabytes.
    var size: Int

    /// The name of the backend.
    var backend: String

    /// How tasks got the array.
    var sharing: Sharing

    var outcome: Outcome

    /// The best time, if it was measured.
    var seconds: Double? {
        if case .measured(let seconds, _) = self.outcome { seconds } else { nil }
    }

    /// By how many bytes memory grew, if that was measured.
    var grownBytes: Int? {
        if case .measured(_, let bytes) = self.outcome { bytes } else { nil }
    }

    /// How many bytes it would have needed, if it was left out.
    var neededBytes: Int? {
        if case .skipped(let bytes) = self.outcome { bytes } else { nil }
    }
}

/// The measurements of the experiment with one array, with the conditions under which they were made.
struct SharingTimes: Hashable, Sendable {
    /// What stays the same over all measurements of an experiment.
    struct Conditions: Hashable, Sendable {
        /// The number of tasks, each of which adds up the whole array.
        var tasks: Int

        /// The number of timings of which each measurement is the best.
        var repeats: Int

        /// The number of tasks that run at the same time.
        var nJobs: Int

        /// The number of processors of the machine.
        var cpus: Int
    }

    /// The backend with which all others are compared.
    static let baseline = "threading"

    var conditions: Conditions

    /// One measurement at most for each triple of size, backend and way.
    private(set) var measurements: [SharingMeasurement] = []

    init(conditions: Conditions) {
        self.conditions = conditions
    }

    var isEmpty: Bool { self.measurements.isEmpty }

    /// Adds a measurement, or replaces the one of the same triple.
    mutating func record(_ measurement: SharingMeasurement) {
        if let index = self.index(measurement.size, measurement.backend, measurement.sharing) {
            self.measurements[index] = measurement
        } else {
            self.measurements.append(measurement)
        }
    }
}

// MARK: - Comparison

extension SharingTimes {
    /// The measured sizes, in ascending order.
    var sizes: [Int] { Set(self.measurements.map(\.size)).sorted() }

    /// The measured backends, in the order in which they were measured.
    var backends: [String] {
        self.measurements.reduce(into: []) { names, measurement in
            if !names.contains(measurement.backend) { names.append(measurement.backend) }
        }
    }

    /// Returns what was measured of an array on a backend in a way, if anything was.
    func measurement(_ size: Int, _ backend: String, _ sharing: Sharing) -> SharingMeasurement? {
        self.index(size, backend, sharing).map { self.measurements[$0] }
    }

    /// Returns how many times as long a measurement took as the one on threads, if there are both.
    func relativeTime(_ measurement: SharingMeasurement) -> Double? {
        guard let seconds = measurement.seconds,
            let base = self.measurement(measurement.size, Self.baseline, measurement.sharing)?.seconds
        else { return nil }
        return seconds / base
    }

    private func index(_ size: Int, _ backend: String, _ sharing: Sharing) -> Int? {
        self.measurements.firstIndex { $0.size == size && $0.backend == backend && $0.sharing == sharing }
    }
}
