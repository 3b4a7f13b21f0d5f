// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibWire
import Testing

@testable import JoblibCore

/// When a group hands its results on, and whose its outputs are.
struct ShippedGroupTests {
    private let coder = BinaryCoder(trust: .sameBuild)

    private func group<Output: Sendable>(_ type: Output.Type, _ count: Int) throws -> ShippedGroup {
        let layout = OutputLayoutOf(try #require(OutputCoding<Output>(self.coder)))
        return ShippedGroup(first: 10, Array(repeating: ShippedBody(), count: count)[...], layout)
    }

    private func succeed<Output>(_ group: ShippedGroup, _ index: Int, _ output: Output) -> Bool {
        let place = UnsafeMutablePointer<Output>.allocate(capacity: 1)
        defer { place.deallocate() }
        place.initialize(to: output)
        let isTaken = group.succeed(index, place)
        if !isTaken { place.deinitialize(count: 1) }
        return isTaken
    }

    private static let failure = TaskFailure.example

    @Test("A group is handed on once, when all of its tasks have ended")
    func complete() throws {
        let group = try self.group(Int.self, 3)
        let row = [1, 2]
        row.withUnsafeBytes { group.succeed(10, 2, plain: $0) }
        #expect(group.handOn(waits: true) == nil)
        #expect(self.succeed(group, 12, 3))
        #expect(!self.succeed(group, 12, 4))
        #expect(group.handOn(waits: true)?.count == 3)
        #expect(group.handOn(waits: true) == nil)
        let results = ShippedResults(group, count: 3)
        #expect(
            results.values { (outcome) throws(TaskFailure) in try outcome.get() } == [1, 2, 3]
        )
    }

    @Test("A failure that ends the loop is handed on with what is before it, which is waited for where order counts")
    func ending() throws {
        for waits in [true, false] {
            let group = try self.group(Int.self, 3)
            #expect(group.fail(12, Self.failure, isEnding: true))
            #expect(self.succeed(group, 10, 1))
            let early = group.handOn(waits: waits)
            #expect(early?.count == (waits ? nil : 1))
            #expect(self.succeed(group, 11, 2) == waits)
            #expect(group.handOn(waits: waits)?.count == (waits ? 2 : nil))
        }
    }

    @Test("A failure that ends nothing takes its place among the results")
    func failures() throws {
        let group = try self.group(String.self, 2)
        #expect(group.fail(10, Self.failure, isEnding: false))
        #expect(self.succeed(group, 11, "b"))
        #expect(group.handOn(waits: true)?.failure == nil)
        let all = ShippedResults(group, count: 2)
        let results = all.values { (outcome: Result<String, TaskFailure>) in outcome }
        #expect(results.map { try? $0.get() } == [nil, "b"])
    }

    @Test("Outputs that are objects are let go of once, whether they were taken or not")
    func lifetimes() throws {
        final class Object: Codable, Sendable {}
        for isTaken in [true, false] {
            weak var object: Object?
            do {
                let group = try self.group(Object.self, 2)
                let made = Object()
                object = made
                #expect(self.succeed(group, 10, made))
                #expect(group.fail(11, Self.failure, isEnding: true))
                let results = ShippedResults(group, count: 1)
                if isTaken {
                    let values = results.values {
                        (outcome: Result<Object, TaskFailure>) throws(TaskFailure) in
                        try outcome.get()
                    }
                    #expect(values.first === made)
                    #expect(group.outcome(of: 10, Object.self) == nil)
                }
            }
            #expect(object == nil)
        }
    }

    @Test("Tasks are let go of when all have ended, and not before")
    func tasks() throws {
        let group = try self.group(Void.self, 2)
        #expect(self.succeed(group, 10, ()))
        #expect(group.takeTasks().isEmpty)
        group.succeed(11, 1, plain: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(group.takeTasks().count == 2)
    }
}
