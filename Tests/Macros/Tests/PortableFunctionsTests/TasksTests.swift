// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Joblib
import PortableFunctions
import Testing

@Suite("Tasks of functions are values")
struct TasksTests {
    private func expectTravels<T: PortableTask>(
        _ task: T,
        as output: T.Output,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws where T.Output: Equatable {
        let copy = try JSONDecoder().decode(T.self, from: try JSONEncoder().encode(task))
        #expect(try copy.run() == output, sourceLocation: sourceLocation)
        let name = try #require(_mangledTypeName(T.self), sourceLocation: sourceLocation)
        #expect(_typeByName(name) == T.self, sourceLocation: sourceLocation)
        #expect(!name.contains("$"), sourceLocation: sourceLocation)
    }

    @Test("They are made with the function's labels and defaults, and are the same after a journey")
    func values() throws {
        try self.expectTravels(__Portable_convolve(3), as: [0, 1, 2])
        try self.expectTravels(__Portable_convolve(2, seed: 1), as: [1, 2])
        try self.expectTravels(__Portable_answer(), as: 42)
        try self.expectTravels(__Portable_sum(1, 2, c: 3, for: 0), as: 15)
        try self.expectTravels(__Portable_typed(3), as: 3)
        try self.expectTravels(Point.__Portable_mirrored(Point(x: 1, y: 1)), as: Point(x: -1, y: -1))
        try self.expectTravels(Point.Axis.__Portable_scaled(nil), as: nil)
        try self.expectTravels(Point.Axis.__Portable_distance(Point(x: 3, y: 4)), as: 5)
        try self.expectTravels(Counter.__Portable_count(upTo: 2), as: [0, 1])
        try self.expectTravels(__Portable_run(1), as: 2)
        try self.expectTravels(__Portable_size(size: 1, limit: 1), as: 2)
        try self.expectTravels(__Portable_repeat(for: 2, 0, in: "a"), as: "aa")
    }

    @Test("Those of a library are public, with the library's labels and defaults")
    func library() throws {
        try self.expectTravels(__Portable_scaled([1]), as: [2])
        try self.expectTravels(Statistics.__Portable_mean(of: [1, 2]), as: 1.5)
        try self.expectTravels(Statistics.__Portable_largest(of: [1, 2]), as: 2)
        try self.expectTravels(Statistics.__Portable_count([1, 2]), as: 2)
        try self.expectTravels(Statistics.__Portable_sum(of: [1, 2]), as: 3)
    }

    @Test("A deprecated function has a deprecated task")
    @available(*, deprecated)
    func deprecated() throws {
        try self.expectTravels(__Portable_old([3]), as: 3)
    }

    @Test("What the function throws, the task throws")
    func errors() throws {
        #expect(throws: Refused(value: -1)) { try __Portable_convolve(-1).run() }
        #expect(throws: Statistics.NoValues()) { try Statistics.__Portable_mean(of: []).run() }
        #expect(throws: Refused(value: 101)) { try __Portable_typed(101).run() }
    }
}
