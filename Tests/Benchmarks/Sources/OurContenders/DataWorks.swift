// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ContenderProtocol
import Joblib
import Work

/// Eight tasks with much to read, to write, or to compute.
enum DataWorks {
    static let all = [
        OurWork(name: "w4") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                let summands = Summands(count: setup.count)
                return {
                    var sums: [Double] = []
                    let seconds = try timed { sums = try call.map(0..<8) { _ in summands.sum() } }
                    try summands.check(sums)
                    return seconds
                }
            }
        },
        OurWork(name: "w5") { backend in
            .onThread { setup in
                let call = setup.call(backend)
                return {
                    var results: [[Double]] = []
                    let seconds = try timed { results = try call.map(0..<8) { bigResult($0, count: setup.count) } }
                    try checkBigResults(results)
                    return seconds
                }
            }
        },
        OurWork(name: "w7", hasReference: false) { backend in
            .onThread { setup in
                let call = setup.call(backend)
                return {
                    var errors: [Double] = []
                    let seconds = try timed {
                        errors = try call.map(0..<8) { work_convolution_error(setup.count, UInt64($0)) }
                    }
                    try checkConvolutions(errors)
                    return seconds
                }
            }
        },
    ]
}
