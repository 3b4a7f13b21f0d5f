// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibPOSIX

@Suite("How much is shown of what a task prints")
struct OutputLimitTests {
    private static let piece = 1 << 16

    /// Has a worker print in pieces; how much is shown, and how often it is asked for marks.
    private static func print(_ count: Int, _ limit: inout OutputLimit, ofTasks tasks: Int = 1) -> (
        shown: Int, asked: Int
    ) {
        var (left, shown, asked) = (count, 0, 0)
        while left > 0 {
            let result = limit.take(min(left, Self.piece), ofTasks: tasks)
            shown += result.shown
            if result.asks { asked += 1 }
            left -= min(left, Self.piece)
        }
        return (shown, asked)
    }

    @Test("A worker that prints little is never asked for anything")
    func quiet() {
        var limit = OutputLimit()
        #expect(Self.print(OutputLimit.asking - 1, &limit) == (OutputLimit.asking - 1, 0))
        #expect(limit.end(task: 3) == nil)
    }

    @Test("A first task that prints without end is cut where no other could be meant, and named when it ends")
    func first() {
        var limit = OutputLimit()
        let count = 8 << 20
        let (shown, asked) = Self.print(count, &limit)
        #expect(OutputLimit.shown...(OutputLimit.shown + OutputLimit.asking + Self.piece) ~= shown)
        #expect(asked == count / OutputLimit.asking)
        #expect(limit.isCutting)
        let omission = limit.note(.end(3))
        #expect(omission?.task == 3 && omission?.omitted == count - shown)
        #expect(!limit.isCutting)
    }

    @Test("Tasks that print less than what is shown of each are never cut, whatever they print together")
    func many() {
        var limit = OutputLimit()
        var isMarked = false
        let each = OutputLimit.shown - 1
        for task in 0..<100 {
            if isMarked { #expect(limit.note(.begin(task, isShown: false)) == nil) }
            let (shown, asked) = Self.print(each, &limit)
            #expect(shown == each, "task \(task)")
            if !isMarked, asked > 0 {
                isMarked = true
                #expect(limit.note(.end(task)) == nil)
            }
        }
    }

    @Test("Each marked task has its own share, exactly")
    func marked() {
        var limit = OutputLimit()
        for task in [5, 6] {
            _ = limit.note(.begin(task, isShown: true))
            #expect(Self.print(OutputLimit.shown + 7, &limit).shown == OutputLimit.shown)
            #expect(limit.note(.end(nil)) == .init(task: task, printed: OutputLimit.shown + 7, omitted: 7))
        }
    }

    @Test("A worker that runs several tasks in one go may print as much as all of them may")
    func several() {
        var limit = OutputLimit()
        #expect(Self.print(10 * OutputLimit.shown, &limit, ofTasks: 10).shown == 10 * OutputLimit.shown)
        _ = Self.print(OutputLimit.shown, &limit, ofTasks: 10)
        #expect(limit.end(task: nil)?.task == nil)
    }
}
