// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Testing

@testable import JoblibCore

struct SegmentedSlotsTests {
    @Test("Every element of a hundred thousand has a place of its own")
    func manyElements() {
        let count = 100_000
        let slots = SegmentedSlots<Int>()
        for index in 0..<count {
            slots.reserve(index + 1)
            slots.place(of: index).store(index)
        }
        #expect(slots.allElements(count) == Array(0..<count))
    }

    @Test("Neighbours are neighbours, and segments begin where the last one ends", arguments: [0, 1, 2, 3, 4, 5])
    func segmentBoundaries(segment: Int) {
        let slots = SegmentedSlots<Int>()
        slots.reserve(10_000)
        let first = (0..<segment).reduce(0) { $0 + SegmentedSlots<Int>.size(ofSegment: $1) }
        let last = first + SegmentedSlots<Int>.size(ofSegment: segment) - 1
        #expect(slots.place(of: first).slot == slots.segments[segment])
        #expect(slots.place(of: first + 1).slot == slots.segments[segment] + 1)
        #expect(slots.place(of: last).slot == slots.segments[segment] + (last - first))
        #expect(slots.place(of: last + 1).slot == slots.segments[segment + 1])
    }

    @Test("A place does not move when more room is made")
    func stablePlaces() {
        let slots = SegmentedSlots<Int>()
        slots.reserve(1)
        let place = slots.place(of: 0)
        slots.reserve(100_000)
        place.store(7)
        #expect(slots.place(of: 0).slot == place.slot)
        #expect(slots.allElements(1) == [7])
    }

    @Test(
        "No more room is made than is needed",
        arguments: [(0, 0), (1, 64), (64, 64), (65, 192), (192, 192), (193, 448)]
    )
    func capacity(count: Int, capacity: Int) {
        let slots = SegmentedSlots<Int>()
        slots.reserve(count)
        #expect(slots.capacity == capacity)
    }

    @Test("With an element missing there is no list, but the others are there with their indices")
    func missingElement() {
        let slots = SegmentedSlots<String>()
        slots.reserve(100)
        for index in 0..<100 where index != 64 { slots.place(of: index).store("\(index)") }
        #expect(slots.allElements(100) == nil)
        #expect(slots.allElements(64)?.count == 64)
        let elements = slots.elements(100)
        #expect(elements.map(\.index) == (0..<100).filter { $0 != 64 })
        #expect(elements.allSatisfy { $0.output == "\($0.index)" })
    }

    @Test("An element that is nil itself is there")
    func optionalElements() {
        let slots = SegmentedSlots<Int?>()
        slots.reserve(2)
        slots.place(of: 0).store(nil)
        #expect(slots.allElements(1) == [nil])
        #expect(slots.allElements(2) == nil)
    }

    @Test("Elements live as long as the slots or what was taken out of them")
    func lifetimes() {
        let population = Tracked.Population()
        var slots: SegmentedSlots<Tracked>? = SegmentedSlots()
        slots?.reserve(1000)
        for index in 0..<1000 where index != 500 {
            slots?.place(of: index).store(Tracked(index, in: population))
        }
        slots?.place(of: 0).store(Tracked(0, in: population))
        #expect(population.alive == 999)
        var kept = slots?.elements(1000)
        slots = nil
        #expect(population.alive == 999)
        #expect(kept?.last?.output.number == 999)
        kept = nil
        #expect(population.alive == 0)
    }
}
