// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import ClusterFuzzing

extension Subject {
    // SAFETY: never changed, and libFuzzer has one thread.
    nonisolated(unsafe) static let all: [Subject] =
        [
            Subject(0, 127, 128, -1, Int.min, .max),
            Subject("", "text", "👩‍👩‍👧 and more than fifteen bytes"),
            Subject(Bits(0.1), Bits(.nan)),
            Subject([true, false], []),
            Subject([UInt8](0..<20)),
            Subject([Int16]([-1, 300])),
            Subject([Bits(-0.0), Bits(.infinity)]),
            Subject(Numbers()),
            Subject(Wide(signed: [.min, 0, .max], unsigned: [.max, 5])),
            Subject([1: "a", -5: "b"]),
            Subject(["key": ["inner": 1], "": [:]]),
            Subject(Set(["a", "b"])),
            Subject([Optional(1), nil]),
            Subject([String??.none, .some(nil), .some("x")]),
            Subject([[[1]], [], [[], [2, 3]]]),
            Subject(Record(), Record(name: "ü", next: [Record()], flags: [true])),
            Subject(Tree.node(.node(.leaf, value: 1, .leaf), value: -70_000, .leaf)),
            Subject([Shape.circle(radius: 1), .named("n", [1, 2]), .nothing, .optional(nil), .optional(3)]),
            Subject(Link(1, Link(2, nil))),
            Subject(Derived(7)),
            Subject(Interleaved(first: [1, 2], second: ["a": 1])),
            Subject(Choice.numbers([1, 2]), .text("t"), .list([.text("u"), .numbers([])])),
            Subject(Single(Single.Inner(value: [3]))),
            Subject(Enclosed([1: "x"])),
            Subject(Curious(number: 3, rest: [4, 5], known: true)),
        ] + ClusterFuzzTarget.all.map { Subject($0) }
}
