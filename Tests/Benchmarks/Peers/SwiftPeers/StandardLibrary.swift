// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Work

/// Swift's own loop, which is not parallel.
enum StandardLibrary {
    static let contenders = [
        Contender(
            "w1-new",
            "(0..<n).map",
            .onThread { setup in
                {
                    var values: [Double] = []
                    let seconds = timed { values = (0..<setup.count).map { work_square_root(UInt64($0)) } }
                    try Roots.check(values)
                    return seconds
                }
            }
        )
    ]
}
