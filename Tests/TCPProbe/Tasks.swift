// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Joblib

/// The square root of a number.
struct Root: PortableTask {
    let number: Double

    init(of number: Double) {
        self.number = number
    }

    func run() throws -> Double { self.number.squareRoot() }
}

#endif
