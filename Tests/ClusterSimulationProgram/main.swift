// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterSimulation
import Glibc

/// Reads `--name value`, or tells that it is not there.
func option(_ name: String) -> String? {
    guard let position = CommandLine.arguments.firstIndex(of: "--" + name) else { return nil }
    guard position + 1 < CommandLine.arguments.count else { return nil }
    return CommandLine.arguments[position + 1]
}

if let scale = option("scale") {
    for workers in scale.split(separator: ",").compactMap({ Int($0) }) {
        print(ScaleMeasurement(workers: workers).run())
    }
} else {
    let first = option("seed").flatMap { UInt64($0) } ?? 1
    let count = option("schedules").flatMap { UInt64($0) } ?? 1000
    let survey = SimulationSurvey(seeds: first..<first + count)
    print(survey)
    if !survey.failures.isEmpty {
        print(survey.story)
        exit(1)
    }
}
