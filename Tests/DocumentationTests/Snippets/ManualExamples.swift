// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import Synchronization

extension Snippet {
    static let manual = [
        Snippet("squareRoots", squareRoots),
        Snippet("preferThreads", preferThreads),
        Snippet("generator", generator),
        Snippet("accumulator", accumulator),
        Snippet("sharedSet", sharedSet),
        Snippet("unzippedPairs", unzippedPairs),
        Snippet("producer", producer),
        Snippet("negation", negation),
        Snippet("failingCall", failingCall),
    ]
}

private func squareRoots() throws {
    let roots = try Parallel(nJobs: 2)((0..<10).map { delayed(sqrt)(Double($0 * $0)) })
    print(roots)
}

private func preferThreads() throws {
    let parallel = Parallel(nJobs: 2, prefer: .threads)
    print(try parallel((0..<10).map { delayed(sqrt)(Double($0 * $0)) }))
}

private func generator() throws {
    let outputs = try Parallel(nJobs: 2)((0..<10).map { delayed(sqrt)(Double($0 * $0)) }, returnAs: .generator)
    print(try outputs.next()!)
    print(try outputs.next()!)
    var rest: [Double] = []
    while let output = try outputs.next() { rest.append(output) }
    print(rest)
}

private func accumulator() throws {
    try Parallel(nJobs: 2)
        .withPool { parallel in
            var accumulator = 0.0
            var rounds = 0
            while accumulator < 1000 {
                let start = accumulator
                let results = try parallel((0..<5).map { delayed(sqrt)(start + Double($0 * $0)) })
                accumulator += results.reduce(0, +)
                rounds += 1
            }
            print(accumulator, rounds)
        }
}

private func sharedSet() throws {
    let shared = Mutex<Set<Int>>([])

    @Sendable
    func collect(_ number: Int) {
        shared.withLock { _ = $0.insert(number) }
    }

    _ = try Parallel(nJobs: 2, require: .sharedmem)((0..<5).map { delayed(collect)($0) })
    print(shared.withLock { $0.sorted() })
}

private func unzippedPairs() throws {
    let pairs = try Parallel(nJobs: 1)((0..<10).map { delayed(modf)(Double($0) / 2) })
    let (wholes, fractions) = (pairs.map(\.0), pairs.map(\.1))
    print(fractions)
    print(wholes)
}

private func producer() throws {
    let ahead = Mutex(0)
    let farthest = Mutex(0)
    let tasks = (0..<6).lazy
        .map { number in
            print("produced", number)
            let now = ahead.withLock { count in
                count += 1
                return count
            }
            farthest.withLock { $0 = max($0, now) }
            return delayed {
                defer { ahead.withLock { $0 -= 1 } }
                return sqrt(Double(number))
            }
        }
    let roots = try Parallel(nJobs: 2, preDispatch: "1.5*n_jobs")(tasks)
    print("at most three ahead:", farthest.withLock { $0 <= 3 })
    print(roots.map { ($0 * 100).rounded() / 100 })
}

func neg(_ number: Int) -> Int {
    -number
}

private func negation() throws {
    let negated = try parallelConfig(backend: "threading") {
        try Parallel()((0..<5).map { delayed(neg)($0 + 1) })
    }
    print(negated)
}

private struct NotANumber: Error, CustomStringConvertible {
    let text: Substring

    var description: String { "'\(self.text)' is not a number" }
}

func largest(_ count: Int, _ line: String) throws -> [Int] {
    let numbers = try line.split(separator: " ")
        .map { word in
            guard let number = Int(word) else { throw NotANumber(text: word) }
            return number
        }
    return Array(numbers.sorted(by: >).prefix(count))
}

private func failingCall() throws {
    let lines = ["0 1 2 3", "30 20 10", "3 four 5"]
    do {
        _ = try Parallel(nJobs: 2)(lines.map { delayed(largest)(2, $0) })
    } catch {
        print(error)
    }
}
