// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Lists of delayed tasks", .timeLimit(.minutes(1)))
struct TaskListsTests {
    static let counts = [0, 1, 2, 63, 64, 65, 1000]

    @Test("The sentence of the README computes ten roots")
    func readme() throws {
        let roots = try Parallel(nJobs: 2)((0..<10).map { delayed(sqrt)(Double($0 * $0)) })
        #expect(roots == (0..<10).map(Double.init))
    }

    @Test("An array of tasks gives its outputs in order", arguments: LoopCase.all, counts)
    func array(_ loop: LoopCase, _ count: Int) throws {
        let tasks = (0..<count).map { index in delayed { index * 2 } }
        #expect(try loop.parallel()(tasks) == (0..<count).map { $0 * 2 })
        #expect(try loop.parallel().run(tasks) == (0..<count).map { $0 * 2 })
    }

    @Test("Slices and contiguous arrays are taken like arrays", arguments: LoopCase.all)
    func slices(_ loop: LoopCase) throws {
        let tasks = (0..<100).map { index in delayed { index } }
        #expect(try loop.parallel()(tasks[20..<30]) == Array(20..<30))
        #expect(try loop.parallel()(ContiguousArray(tasks)) == Array(0..<100))
    }

    @Test("A lazy sequence gives its outputs in order", arguments: LoopCase.all, counts)
    func lazy(_ loop: LoopCase, _ count: Int) throws {
        let outputs = try loop.parallel()((0..<count).lazy.map { index in delayed { index * 2 } })
        #expect(outputs == (0..<count).map { $0 * 2 })
    }

    @Test(
        "A lazy sequence gives its outputs in order for every preDispatch and batch size",
        arguments: LoopCase.all,
        [PreDispatch.all, 1, 3, "1.5*n_jobs", .perWorker(4)]
    )
    func lazyDispatch(_ loop: LoopCase, _ preDispatch: PreDispatch) throws {
        for batchSize in [BatchSize.auto, 1, 7, 1000] {
            let parallel = loop.parallel(preDispatch: preDispatch, batchSize: batchSize)
            let outputs = try parallel((0..<200).lazy.map { index in delayed { index } })
            #expect(outputs == Array(0..<200))
        }
    }

    @Test("A sequence that can be read once and has no known length is read to its end", arguments: LoopCase.all)
    func singlePass(_ loop: LoopCase) throws {
        var next = 0
        let numbers = AnyIterator<Int> {
            next += 1
            return next <= 500 ? next : nil
        }
        #expect(try loop.parallel()(numbers.lazy.map { number in delayed { number } }) == Array(1...500))
    }

    @Test("An endless sequence is read until a task fails", arguments: LoopCase.all)
    func endless(_ loop: LoopCase) throws {
        let failure = try taskFailure {
            try loop.parallel()((0...).lazy.map { index in delayed { if index == 300 { throw Mishap() } } })
        }
        #expect(failure.index == 300)
    }

    @Test("Twenty thousand lazy tasks come back in order", arguments: LoopCase.all)
    func many(_ loop: LoopCase) throws {
        for preDispatch in [PreDispatch.all, "2*n_jobs"] {
            let parallel = loop.parallel(preDispatch: preDispatch)
            let outputs = try parallel((0..<20_000).lazy.map { index in delayed { index } })
            #expect(outputs.elementsEqual(0..<20_000))
        }
    }

    @Test("A million tasks in an array come back in order")
    func million() throws {
        let tasks = (0..<1_000_000).map { index in delayed { index } }
        #expect(try Parallel(nJobs: 4)(tasks).elementsEqual(0..<1_000_000))
    }

    @Test("delayed takes from 0 to 6 arguments", arguments: LoopCase.all)
    func arities(_ loop: LoopCase) throws {
        let tasks = [
            delayed { "none" },
            delayed(Arity.one)(1),
            delayed(Arity.two)(1, "b"),
            delayed(Arity.three)(1, "b", 3.5),
            delayed(Arity.four)(1, "b", 3.5, true),
            delayed(Arity.five)(1, "b", 3.5, true, "e"),
            delayed(Arity.six)(1, "b", 3.5, true, "e", 6),
        ]
        let expected = ["none", "1", "1b", "1b3.5", "1b3.5true", "1b3.5truee", "1b3.5truee6"]
        #expect(try loop.parallel()(tasks) == expected)
    }

    @Test("delayed takes overloaded functions, operators and closure literals")
    func overloads() throws {
        #expect(try Parallel(nJobs: 2)([delayed(sqrt)(9.0), delayed(pow)(2.0, 3.0)]) == [3, 8])
        #expect(try Parallel(nJobs: 2)([delayed(+)(1, 2), delayed { (a: Int, b: Int) in a * b }(3, 4)]) == [3, 12])
        #expect(try Parallel(nJobs: 2)([delayed(Int.init(exactly:))(3.0)]) == [3])
    }

    @Test("A task can be run again, by any number of calls", arguments: LoopCase.all)
    func reuse(_ loop: LoopCase) throws {
        let runs = Tally()
        let task = delayed { runs.add() }
        #expect(try loop.parallel()([task, task]).sorted() == [1, 2])
        #expect(try loop.parallel()([task]) == [3])
    }

    @Test("A task whose output is Void fills its place", arguments: LoopCase.all)
    func void(_ loop: LoopCase) throws {
        #expect(try loop.parallel()((0..<10).map { _ in delayed {} }).count == 10)
        #expect(try loop.parallel()((0..<10).lazy.map { _ in delayed {} }).count == 10)
    }

    @Test("An output of nil is a result like any other", arguments: LoopCase.all)
    func optional(_ loop: LoopCase) throws {
        let tasks = (0..<70).map { index in delayed { () -> Int? in index.isMultiple(of: 2) ? index : nil } }
        let expected = (0..<70).map { $0.isMultiple(of: 2) ? $0 : nil }
        #expect(try loop.parallel()(tasks) == expected)
        #expect(try loop.parallel()(tasks.lazy.map { $0 }) == expected)
    }
}

private enum Arity {
    @Sendable static func one(_ a: Int) -> String { "\(a)" }
    @Sendable static func two(_ a: Int, _ b: String) -> String { "\(a)\(b)" }
    @Sendable static func three(_ a: Int, _ b: String, _ c: Double) -> String { "\(a)\(b)\(c)" }
    @Sendable static func four(_ a: Int, _ b: String, _ c: Double, _ d: Bool) -> String { "\(a)\(b)\(c)\(d)" }

    @Sendable
    static func five(_ a: Int, _ b: String, _ c: Double, _ d: Bool, _ e: String) -> String {
        "\(a)\(b)\(c)\(d)\(e)"
    }

    @Sendable
    static func six(_ a: Int, _ b: String, _ c: Double, _ d: Bool, _ e: String, _ f: Int) -> String {
        "\(a)\(b)\(c)\(d)\(e)\(f)"
    }
}
