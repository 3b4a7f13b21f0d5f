// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Joblib
import Testing

@Suite("Loops inside of loops", .timeLimit(.minutes(1)))
struct NestedLoopsTests {
    @Test("Nested loops give their results in order, in every form", arguments: LoopCase.all, LoopCase.all)
    func results(_ outer: LoopCase, _ inner: LoopCase) throws {
        let expected = (0..<12).map { row in (0..<12).map { row * 100 + $0 } }
        let fromMap = try outer.parallel()
            .map(0..<12) { row in
                try inner.parallel().map(0..<12) { row * 100 + $0 }
            }
        #expect(fromMap == expected)
        let fromLists =
            try outer.parallel()(
                (0..<12).lazy
                    .map { row in
                        delayed { try inner.parallel()((0..<12).lazy.map { column in delayed { row * 100 + column } }) }
                    }
            )
        #expect(fromLists == expected)
    }

    // MARK: - Locks

    @Test("A lock held across a nested loop does not deadlock", arguments: [2, 4, 16])
    func lock(_ nJobs: Int) throws {
        let lock = Lock()
        let total = Tally()
        try Parallel(nJobs: nJobs, batchSize: 1)
            .forEach(0..<40) { _ in
                try lock.whileHeld {
                    try Parallel(nJobs: nJobs, batchSize: 1).forEach(0..<20) { _ in total.add() }
                }
            }
        #expect(total.count == 800)
    }

    @Test("A lock held across two nested levels does not deadlock, of lazy input too", arguments: [2, 4])
    func lockAcrossLevels(_ nJobs: Int) throws {
        let lock = Lock()
        let total = Tally()
        let leaf = delayed { _ = total.add() }
        _ = try Parallel(nJobs: nJobs)(
            (0..<20).lazy
                .map { _ in
                    delayed {
                        try lock.whileHeld {
                            try Parallel(nJobs: nJobs, batchSize: 1)
                                .forEach(0..<4) { _ in
                                    _ = try Parallel(nJobs: nJobs)(repeatElement(leaf, count: 5))
                                }
                        }
                    }
                }
        )
        #expect(total.count == 400)
    }

    @Test("A lock that inner tasks of different loops share does not deadlock", arguments: [2, 4])
    func innerLock(_ nJobs: Int) throws {
        let lock = Lock()
        let total = Tally()
        try Parallel(nJobs: nJobs, batchSize: 1)
            .forEach(0..<10) { _ in
                try Parallel(nJobs: nJobs, batchSize: 1)
                    .forEach(0..<10) { _ in
                        try lock.whileHeld {
                            try Parallel(nJobs: nJobs).forEach(0..<3) { _ in total.add() }
                        }
                    }
            }
        #expect(total.count == 300)
    }

    // MARK: - The budget

    @Test("Never more tasks run at once than the outermost nJobs, over three levels", arguments: [1, 2, 4])
    func budget(_ nJobs: Int) throws {
        let leaves = Occupancy()
        try Parallel(nJobs: nJobs, batchSize: 1)
            .forEach(0..<8) { _ in
                try Parallel(nJobs: 16, batchSize: 1)
                    .forEach(0..<8) { _ in
                        try Parallel(nJobs: 16, batchSize: 1)
                            .forEach(0..<8) { _ in
                                leaves.during { _ = sched_yield() }
                            }
                    }
            }
        #expect(leaves.maximum <= nJobs)
    }

    @Test("Inside of a task the jobs are those of the outermost loop", arguments: [1, 2, 4])
    func effective(_ nJobs: Int) throws {
        let counts = try Parallel(nJobs: nJobs)
            .map(0..<1) { _ in
                [try effectiveNJobs(-1), try effectiveNJobs(100), try effectiveNJobs(nil), try effectiveNJobs(-100)]
            }
        #expect(counts == [[nJobs, nJobs, 1, 1]])
        let deep = try Parallel(nJobs: nJobs)
            .map(0..<1) { _ in
                try Parallel(nJobs: 2).map(0..<1) { _ in try effectiveNJobs(-1) }
            }
        #expect(deep == [[nJobs]])
    }

    @Test("A single outer task has the whole budget for its inner loop", arguments: [2, 4, 16])
    func singleOuterTask(_ nJobs: Int) throws {
        let meeting = Meeting(of: nJobs)
        try Parallel(nJobs: nJobs)
            .forEach(0..<1) { _ in
                try Parallel(nJobs: -1, batchSize: 1).forEach(0..<nJobs) { _ in try meeting.attend() }
            }
        #expect(meeting.count == nJobs)
    }

    @Test("Idle workers help the inner loops of busy ones")
    func idleHelp() throws {
        // Two outer tasks, four jobs: three inner tasks of one loop can only meet with help.
        let (meeting, leaves) = (Meeting(of: 3), Occupancy())
        try Parallel(nJobs: 4, batchSize: 1)
            .forEach(0..<2) { outer in
                guard outer == 0 else { return try meeting.attend() }
                try Parallel(nJobs: 4, batchSize: 1).forEach(0..<3) { _ in try leaves.during { try meeting.attend() } }
            }
        #expect(leaves.maximum >= 2)
    }

    @Test("A worker that has run out of outer tasks helps an inner loop that begins later")
    func lateHelp() throws {
        let othersDone = Tally()
        let meeting = Meeting(of: 4)
        try Parallel(nJobs: 4, batchSize: 1)
            .forEach(0..<8) { outer in
                if outer > 0 {
                    othersDone.add()
                    return
                }
                try othersDone.reach(7)
                try Parallel(nJobs: 4, batchSize: 1).forEach(0..<4) { _ in try meeting.attend() }
            }
        #expect(meeting.count == 4)
    }

    @Test("An inner loop never has more workers than its own nJobs, however many are idle", arguments: [2, 3])
    func innerLimit(_ nJobs: Int) throws {
        let (others, inner) = (Tally(), Occupancy())
        try Parallel(nJobs: 8, batchSize: 1)
            .forEach(0..<8) { outer in
                if outer > 0 {
                    others.add()
                    return
                }
                try Parallel(nJobs: nJobs, batchSize: 1)
                    .forEach(0..<400) { index in
                        try inner.during {
                            // Meanwhile the other workers of the outer loop run out of tasks.
                            if index == 0 { try others.reach(7) }
                            _ = sched_yield()
                        }
                    }
            }
        #expect(inner.maximum <= nJobs)
    }

    // MARK: - Failures

    @Test("An inner failure is a TaskFailure inside of a TaskFailure", arguments: LoopCase.all, LoopCase.all)
    func failure(_ outer: LoopCase, _ inner: LoopCase) throws {
        let failed = try taskFailure {
            try outer.parallel()
                .forEach(0..<10) { row in
                    try inner.parallel()
                        .forEach(100..<110) { column in
                            if row == 3, column == 104 { throw Mishap(number: column) }
                        }
                }
        }
        #expect(failed.index == 3)
        let within = try #require(failed.underlyingError as? TaskFailure)
        #expect(within.index == 4)
        #expect(within.arguments == "104")
        #expect(within.underlyingError as? Mishap == Mishap(number: 104))
    }

    @Test("An inner failure that the task catches is no failure of the outer loop", arguments: LoopCase.all)
    func caught(_ loop: LoopCase) throws {
        let results = try loop.parallel()
            .map(0..<20) { row in
                do {
                    try Parallel(nJobs: 2).forEach(0..<5) { if $0 == 2 { throw Mishap() } }
                    return -1
                } catch {
                    return row
                }
            }
        #expect(results == Array(0..<20))
    }

    @Test("When the outer loop fails the inner ones stop, and are joined", arguments: [2, 4])
    func outerFails(_ nJobs: Int) throws {
        let (running, started, inside) = (Tally(), Tally(), Gate())
        let failed = try taskFailure {
            try Parallel(nJobs: nJobs, batchSize: 1)
                .forEach(0..<nJobs) { outer in
                    if outer == 0 {
                        try inside.pass()
                        throw Mishap()
                    }
                    try Parallel(nJobs: nJobs, batchSize: 1)
                        .forEach(0..<100_000) { _ in
                            running.add()
                            started.add()
                            defer { running.add(-1) }
                            inside.open()
                            while TaskContext.current?.isCancelled == false { sched_yield() }
                        }
                }
        }
        #expect(failed.index == 0)
        #expect(running.count == 0)
        #expect(started.count <= nJobs)
    }

    // MARK: - Depth

    @Test("Fifty levels end", arguments: [1, 2, 4])
    func deep(_ nJobs: Int) throws {
        @Sendable
        func sum(_ depth: Int) throws -> Int {
            guard depth > 0 else { return 1 }
            let parts = try Parallel(nJobs: nJobs, batchSize: 1).map(0..<3) { $0 == 1 ? try sum(depth - 1) : 1 }
            return parts.reduce(0, +)
        }
        #expect(try sum(50) == 101)
    }

    @Test("A failure under fifty open loops ends them all", arguments: [2, 4])
    func deepFailure(_ nJobs: Int) throws {
        @Sendable
        func descend(_ depth: Int) throws {
            guard depth > 0 else { throw Mishap() }
            try Parallel(nJobs: nJobs, batchSize: 1).forEach(0..<2) { if $0 == 0 { try descend(depth - 1) } }
        }
        #expect(throws: TaskFailure.self) { try descend(50) }
    }

    @Test("A tree of loops ends, with every leaf run once", arguments: [2, 4])
    func tree(_ nJobs: Int) throws {
        @Sendable
        func leaves(_ depth: Int) throws -> Int {
            guard depth > 0 else { return 1 }
            return try Parallel(nJobs: nJobs, batchSize: 1).map(0..<3) { _ in try leaves(depth - 1) }.reduce(0, +)
        }
        #expect(try leaves(6) == 729)
    }
}
