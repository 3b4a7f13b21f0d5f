// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Synchronization
import Testing

extension Snippet {
    static let library = [
        Snippet("prefersThreads", prefersThreads),
        Snippet("histogramOfBytes", histogramOfBytes),
        Snippet("readAhead", readAhead),
        Snippet("bestOf", bestOf),
        Snippet("skipsFailures", skipsFailures),
        Snippet("refines", refines),
    ]
}

/// Returns the mean of every row.
func means(of rows: [[Double]], nJobs: Int? = nil) throws -> [Double] {
    try Parallel(nJobs: nJobs)
        .map(rows) { row in
            row.reduce(0, +) / Double(row.count)
        }
}

private func prefersThreads() throws {
    let rows = [[1.0, 2.0], [3.0, 5.0]]
    print(try parallelConfig(nJobs: 2) { try means(of: rows) })
    print(try means(of: rows, nJobs: 1))
}

/// Counts how often each byte occurs, in memory that all tasks share.
func histogram(of parts: [[UInt8]]) throws -> [Int] {
    let counts = Mutex([Int](repeating: 0, count: 256))
    try Parallel(prefer: .threads, require: .sharedmem)
        .forEach(parts) { part in
            var own = [Int](repeating: 0, count: 256)
            for byte in part { own[Int(byte)] += 1 }
            let result = own
            counts.withLock { all in
                for (byte, count) in result.enumerated() { all[byte] += count }
            }
        }
    return counts.withLock { $0 }
}

private func histogramOfBytes() throws {
    let counts = try histogram(of: [Array("abba".utf8), Array("cab".utf8)])
    print(counts[Int(UInt8(ascii: "a"))], counts[Int(UInt8(ascii: "b"))], counts[Int(UInt8(ascii: "c"))])
}

private func readAhead() throws {
    let pages = sequence(first: 1) { $0 + 1 }.lazy.prefix(100)
        .map { page in
            delayed { page * page }
        }
    let squares = try Parallel(nJobs: 2, preDispatch: "2*n_jobs")(pages)
    print(squares.count, squares.last ?? 0)
}

private func bestOf() throws {
    let tasks = (0..<1_000_000).lazy.map { number in delayed { number * 7 % 1000 } }
    let scores = try Parallel(nJobs: 2)(tasks, returnAs: .generator)
    var tried = 0
    while let score = try scores.next() {
        tried += 1
        if score == 999 { break }
    }
    print("found after", tried)
}

private func skipsFailures() throws {
    let texts = ["3", "three", "5"]
    let tasks = texts.map { text in
        delayed { () throws -> Int in
            guard let number = Int(text) else { throw BadLine(number: 1) }
            return number
        }
    }
    let outcomes = try Parallel(nJobs: 2, retries: 1).results(tasks)
    print(outcomes.compactMap { try? $0.get() })
}

/// Halves the distance to the target until it is small, with one pool for all rounds.
func approach(_ target: [Double]) throws -> [Double] {
    try Parallel()
        .withPool { parallel in
            var positions = [Double](repeating: 0, count: target.count)
            while zip(positions, target).contains(where: { abs($0 - $1) > 0.001 }) {
                let (current, goal) = (positions, target)
                positions = try parallel.map(0..<current.count) { (current[$0] + goal[$0]) / 2 }
            }
            return positions
        }
}

private func refines() throws {
    print(try approach([1, 2]).map { ($0 * 100).rounded() / 100 })
}

@Suite("A library's loop")
struct MeansTests {
    static let backends = ["sequential", "threading"]

    @Test("is the same on every backend, for any number of jobs", arguments: backends, [1, 2, -1])
    func everywhere(_ backend: String, _ nJobs: Int) throws {
        let rows = (1...50).map { count in (0..<count).map(Double.init) }
        let expected = try parallelConfig(nJobs: 1) { try means(of: rows) }
        let found = try parallelConfig(backend: .named(backend), nJobs: nJobs) { try means(of: rows) }
        #expect(found == expected)
    }
}
