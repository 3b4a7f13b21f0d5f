// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib

extension Snippet {
    static let python = [
        Snippet("fromPython", fromPython),
        Snippet("fromPythonScope", fromPythonScope),
        Snippet("fromPythonGenerator", fromPythonGenerator),
    ]
}

func clean(_ word: String, _ suffix: String) -> String {
    word.lowercased() + suffix
}

private func fromPython() throws {
    let words = ["One", "TWO", "three"]
    let cleaned = try Parallel(nJobs: 2, batchSize: 1)(words.map { delayed(clean)($0, "!") })
    print(cleaned)
}

func add(_ a: Int, _ b: Int) -> Int {
    a + b
}

private func fromPythonScope() throws {
    let sums = try parallelConfig(backend: "threading", nJobs: -1) {
        try Parallel()((1...4).map { delayed(add)($0, 100) })
    }
    print(sums)
}

private func fromPythonGenerator() throws {
    let lengths = try Parallel(nJobs: 2)(["a", "bb", "ccc"].map { delayed(\String.count)($0) }, returnAs: .generator)
    var total = 0
    while let length = try lengths.next() { total += length }
    print(total)
}
