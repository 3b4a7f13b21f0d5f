// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import DispatchBackend
import Joblib
import Smoothing

@main
enum SmoothOnDispatch {
    static func main() throws {
        registerDispatchBackend()
        let signal = (0..<100_000).map { Double(($0 * 7919) % 1000) }
        let expected = try smooth(signal, radius: 50)
        let smoothed = try parallelConfig(
            backend: "dispatch",
            backendParams: [.qualityOfService(.userInitiated)]
        ) {
            try smooth(signal, radius: 50)
        }
        guard smoothed == expected else { fatalError("the backends disagree") }
        print("\(smoothed.count) averages, the same on \(registeredParallelBackends().joined(separator: ", "))")
    }
}
