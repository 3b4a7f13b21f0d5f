// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Synchronization

extension Snippet {
    static let progress = [
        Snippet("slowest", slowest)
    ]
}

private func slowest() throws {
    let slowest = Mutex((index: 0, duration: Duration.zero))
    let observer = ProgressDisplay.observer { event in
        guard event.kind == .finished, let index = event.index, let duration = event.duration else { return }
        slowest.withLock { if duration > $0.duration { $0 = (index, duration) } }
    }
    try Parallel(nJobs: 2, progress: observer)
        .forEach(0..<10) { index in
            if index == 7 { Thread.sleep(forTimeInterval: 0.05) }
        }
    print("task", slowest.withLock { $0.index })
}

private func withDisplays() throws {
    let files = ["a.csv", "b.csv"]
    let convert = { @Sendable (file: String) in _ = file.count }

    try Parallel(nJobs: 2, progress: .bar).forEach(files, convert)
    try Parallel(nJobs: 2, verbose: 10).forEach(files, convert)
    try parallelConfig(progress: .lines) { try convertAll(files) }
}

private func convertAll(_ files: [String]) throws {
    try Parallel().forEach(files) { _ in }
}
