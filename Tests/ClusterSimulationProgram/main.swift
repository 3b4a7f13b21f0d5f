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
    let sizes = scale.split(separator: ",").map { Int($0) ?? 0 }
    guard sizes.allSatisfy({ $0 > 0 }), !sizes.isEmpty else {
        print("--scale is '\(scale)'; write numbers of workers, such as 1000,10000")
        exit(64)
    }
    let measurement = ScaleMeasurement(sizes)
    print(measurement)
    if let limit = option("growth").flatMap({ Double($0) }), measurement.growth > limit {
        print("that is more than \(limit) times as much: to schedule a task costs more where there are more workers")
        exit(1)
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
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    let seconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    print("\(Int(seconds.rounded(.up))) s of processor time")
    if let limit = option("limit").flatMap({ Double($0) }), seconds > limit {
        print("that is more than \(limit) s: schedules take too long to run as many of them as are worth it")
        exit(1)
    }
}
