// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Synchronization
import Testing

/// The examples of joblib's manual, with the results that it prints.
@Suite("joblib's manual", .timeLimit(.minutes(1)))
struct ManualExamplesTests {
    @Test("Squares and square roots")
    func squareRoots() throws {
        #expect((0..<10).map { sqrt(Double($0 * $0)) } == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        let roots = try Parallel(nJobs: 2)((0..<10).map { delayed(sqrt)(Double($0 * $0)) })
        #expect("\(roots)" == "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]")
        let threads = try Parallel(nJobs: 2, prefer: .threads)((0..<10).map { delayed(sqrt)(Double($0 * $0)) })
        #expect(threads == roots)
    }

    @Test("A generator yields 0.0, then 1.0, then the rest")
    func generator() throws {
        let outputs = try Parallel(nJobs: 2)((0..<10).map { delayed(sqrt)(Double($0 * $0)) }, returnAs: .generator)
        #expect("\(try outputs.next()!)" == "0.0")
        #expect("\(try outputs.next()!)" == "1.0")
        #expect("\(try outputs.take())" == "[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]")
    }

    @Test("The accumulator of a pool ends at 1136.596… after 14 rounds")
    func accumulator() throws {
        let (accumulator, rounds) = try Parallel(nJobs: 2)
            .withPool { parallel in
                var accumulator = 0.0
                var rounds = 0
                while accumulator < 1000 {
                    let start = accumulator
                    let results = try parallel((0..<5).map { delayed(sqrt)(start + Double($0 * $0)) })
                    accumulator += results.reduce(0, +)
                    rounds += 1
                }
                return (accumulator, rounds)
            }
        #expect("\(accumulator)".hasPrefix("1136.596"))
        #expect(rounds == 14)
    }

    @Test("Tasks collect into a set that is shared, where shared memory is required")
    func sharedSet() throws {
        let shared = Mutex<Set<Int>>([])
        let collect = { @Sendable (number: Int) in shared.withLock { _ = $0.insert(number) } }
        let results: [Void] = try Parallel(nJobs: 2, require: .sharedmem)((0..<5).map { delayed(collect)($0) })
        #expect(results.count == 5)
        #expect(shared.withLock { $0.sorted() } == [0, 1, 2, 3, 4])
    }

    @Test("modf gives pairs, which are unzipped")
    func pairs() throws {
        let split = { @Sendable (number: Double) in (number.truncatingRemainder(dividingBy: 1), trunc(number)) }
        let pairs = try Parallel(nJobs: 1)((0..<10).map { delayed(split)(Double($0) / 2) })
        #expect("\(pairs.map(\.0))" == "[0.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5]")
        #expect("\(pairs.map(\.1))" == "[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]")
    }

    @Test("A producer is read three ahead under 1.5*n_jobs")
    func producer() throws {
        let (produced, finished) = (Tally(), Tally())
        let farthest = Monitor(0)
        let tasks = (0..<6).lazy
            .map { number in
                let ahead = produced.add() - finished.count
                farthest.update { $0 = max($0, ahead) }
                return delayed {
                    defer { finished.add() }
                    return sqrt(Double(number))
                }
            }
        let roots = try Parallel(nJobs: 2, preDispatch: "1.5*n_jobs")(tasks)
        #expect(roots == (0..<6).map { sqrt(Double($0)) })
        #expect(produced.count == 6)
        #expect(farthest.value <= 3)
    }

    @Sendable
    private static func neg(_ number: Int) -> Int { -number }

    @Test("neg under a scope")
    func negation() throws {
        let negated = try parallelConfig(backend: "threading") {
            try Parallel()((0..<5).map { delayed(Self.neg)($0 + 1) })
        }
        #expect(negated == [-1, -2, -3, -4, -5])
    }

    private struct NotIterable: Error, CustomStringConvertible {
        let type: String

        var description: String { "'\(self.type)' is not a sequence" }
    }

    @Sendable
    private static func largest(_ count: Int, of values: Any) throws -> [String] {
        guard let values = values as? any Sequence else { throw NotIterable(type: "\(type(of: values))") }
        var texts: [String] = []
        for value in values { texts.append("\(value)") }
        return Array(texts.sorted().suffix(count).reversed())
    }

    @Test("A call that fails shows its arguments")
    func failure() throws {
        let largest = { @Sendable (count: Int, text: String) -> [String] in
            guard text != "3" else { throw NotIterable(type: "Int") }
            return try Self.largest(count, of: text)
        }
        let failure = try taskFailure {
            try Parallel(nJobs: 2)(["0123", "abcde", "3"].map { delayed(largest)(2, $0) })
        }
        #expect("\(failure)" == "task 2 (2, \"3\") threw: 'Int' is not a sequence")
    }
}
