// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Joblib
import PortableFunctions
import Testing

@Suite("delayed picks the portable twin", .timeLimit(.minutes(1)))
struct TwinsTests {
    @Test("of a global function, with its arguments by position")
    func global() throws {
        let task = delayed(convolve)(3, 1)
        #expect(task.isPortable)
        #expect(try task.run() == [1, 2, 3])
        #expect(delayed(divide)(7, 2).isPortable)
        #expect(delayed(sum)(1, 2, 3, 4, 5, 6).isPortable)
        #expect(delayed(check)(1).isPortable)
        #expect(delayed(typed)(1).isPortable)
    }

    @Test("of a function without parameters")
    func noParameters() throws {
        let task = delayed(answer)()
        #expect(task.isPortable)
        #expect(try task.run() == 42)
    }

    @Test("of a static function, in types, in extensions and beside an actor")
    func staticFunctions() throws {
        let point = Point(x: 1, y: 2)
        let mirrored = delayed(Point.mirrored)(point, Point(x: 1, y: 1))
        #expect(mirrored.isPortable)
        #expect(try mirrored.run() == Point(x: 1, y: 0))
        #expect(delayed(Point.Axis.scaled)(point, 3).isPortable)
        #expect(delayed(Point.Axis.distance)(point).isPortable)
        #expect(delayed(Counter.count)(3).isPortable)
        #expect(try delayed(Screen.brightness)(3).run() == 6)
    }

    @Test("of a library's function")
    func library() throws {
        let scaled = delayed(scaled)([1, 2], 3)
        #expect(scaled.isPortable)
        #expect(try scaled.run() == [3, 6])
        #expect(try delayed(Statistics.mean)([1, 3]).run() == 2)
        #expect(try delayed(Statistics.largest)([1, 3]).run() == 3)
        #expect(delayed(Statistics.count)([1]).isPortable)
    }

    @Test("of functions in rare places, and with rare signatures")
    func unusual() throws {
        #expect(delayed(Statistics.sum)([1]).isPortable)
        #expect(try delayed(Box<Int64>.widened)(1).run() == 9)
        #expect(delayed(Box<Int64>.widened)(1).isPortable)
        #expect(delayed([Int].total)([1]).isPortable)
        #expect(try delayed(Int.doubled)(3).run() == 6)
        #expect(delayed(Derived.made)(1).isPortable)
        #expect(delayed(Station.frequency)(1).isPortable)
        #expect(try delayed(Mode.default)([:], .slow).run() == (.slow, 0))
        #expect(throws: Refused(value: 0)) { try delayed(stopped)().run() }
        #expect(try delayed(described)([1], nil, .slow, []).run() == 1)
        #expect(delayed(overloaded)(1).isPortable)
        #expect(!delayed(overloaded)("1").isPortable)
    }

    @Test("A function without a twin, and a closure, make a task that stays")
    func plain() throws {
        @Sendable func plain() -> Int { 1 }
        @Sendable func doubled(_ value: Int) -> Int { value * 2 }
        #expect(!delayed(plain)().isPortable)
        #expect(try delayed(plain)().run() == 1)
        #expect(!delayed(doubled)(2).isPortable)
        #expect(!delayed { answer() }.isPortable)
        let task = delayed(answer)
        #expect(try task.run() == 42)
    }

    @Test("A call still calls the function, and makes a task where one is asked for")
    func calls() throws {
        let values = try convolve(2)
        #expect(values == [0, 1])
        #expect(answer() == 42)
        let task: Delayed = convolve(2, seed: 5)
        #expect(task.isPortable)
        #expect(try task.run() == [5, 6])
        let onAxis: Delayed = Point.Axis.scaled(Point(x: 1, y: 0))
        #expect(try onAxis.run() == Point(x: 1, y: 0))
        logged(1)
    }

    @Test("Names that mean something else inside of the task")
    func names() throws {
        #expect(try delayed(run)(1).run() == 2)
        #expect(try delayed(size)(1, 2).run() == 3)
        let withDefault: Delayed = size(size: 1)
        #expect(try withDefault.run() == 8)
        #expect(try delayed(`repeat`)(2, 0, "ab").run() == "abab")
    }
}
