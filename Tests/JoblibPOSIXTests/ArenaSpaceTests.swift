// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Testing

@Suite("The space of an arena")
struct ArenaSpaceTests {
    @Test("What was given back is taken again before anything new")
    func reuse() {
        var space = ArenaSpace(8192..<1 << 30)
        let first = space.take(10_000) ?? -1
        let second = space.take(1) ?? -1
        #expect(first == 8192)
        #expect(second == 8192 + 12_288)
        space.giveBack(first)
        #expect(space.freeParts == [8192..<20_480])
        #expect(space.take(12_288) == first)
        #expect(!space.isEmpty)
        space.giveBack(first)
        space.giveBack(second)
        #expect(space.isEmpty)
        // Side by side, they make room for what is larger than either.
        #expect(space.take(16_384) == 8192)
    }

    @Test("What is free at the end is the beginning of what is taken anew")
    func growth() {
        var space = ArenaSpace(0..<1 << 20)
        let first = space.take(4096) ?? -1
        let second = space.take(4096) ?? -1
        space.giveBack(second)
        #expect(space.take(40_960) == second)
        space.giveBack(first)
        #expect(space.freeParts == [0..<4096])
    }

    @Test("A free part can be taken as it is, as long as all of it is free")
    func parts() {
        var space = ArenaSpace(0..<1 << 20)
        let (first, second) = (space.take(16_384) ?? -1, space.take(4096) ?? -1)
        var isTaken = space.take(freePart: 0..<16_384)
        #expect(!isTaken)
        space.giveBack(first)
        isTaken = space.take(freePart: 4096..<8192)
        #expect(isTaken && space.freeParts == [0..<4096, 8192..<16_384])
        for part in [0..<8192, 4096..<4096, 16_384..<20_480] {
            isTaken = space.take(freePart: part)
            #expect(!isTaken, "\(part)")
        }
        // Meanwhile others are taken elsewhere.
        #expect(space.take(8192) == 8192)
        space.giveBack(4096)
        #expect(space.freeParts == [0..<8192])
        #expect(second == 16_384)
    }

    @Test("Beyond its bounds nothing is taken, and nonsense changes nothing")
    func bounds() {
        var space = ArenaSpace(0..<8192)
        #expect(space.take(8193) == nil)
        #expect(space.take(0) == nil)
        #expect(space.take(-1) == nil)
        #expect(space.take(.max) == nil)
        space.giveBack(4096)
        #expect(space.take(8192) == 0)
        #expect(space.take(1) == nil)
        #expect(space.freeParts.isEmpty)
    }

    @Test("Parts never overlap, whatever is taken and given back")
    func randomly() {
        var generator = SystemRandomNumberGenerator()
        var space = ArenaSpace(0..<1 << 24)
        var taken: [Range<Int>] = []
        for _ in 0..<5000 {
            if Bool.random(using: &generator) || taken.isEmpty {
                let size = Int.random(in: 1...100_000, using: &generator)
                guard let start = space.take(size) else { continue }
                let range = start..<start + size
                #expect(range.upperBound <= 1 << 24)
                #expect(taken.allSatisfy { !$0.overlaps(range) })
                #expect(space.freeParts.allSatisfy { !$0.overlaps(range) })
                taken.append(range)
            } else {
                let range = taken.remove(at: Int.random(in: taken.indices, using: &generator))
                space.giveBack(range.lowerBound)
            }
        }
        for range in taken { space.giveBack(range.lowerBound) }
        #expect(space.isEmpty)
        #expect(space.freeParts.count == 1)
    }
}

@Suite("An arena")
struct MemoryArenaTests {
    @Test("What was written is read, wherever it is, and only that takes memory")
    func roundTrip() throws {
        let arena = try MemoryArena(name: "test")
        let place = 5 << 42
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        try unsafe bytes.withUnsafeBytes { try unsafe arena.write($0, at: place) }
        var read = [UInt8](repeating: 0, count: bytes.count)
        try unsafe read.withUnsafeMutableBytes { try unsafe arena.read(into: $0, at: place) }
        #expect(read == bytes)
        #expect(arena.byteCount < 1 << 20)
        arena.discard(place..<place + 1 << 20)
        #expect(arena.byteCount == 0)
        try unsafe read.withUnsafeMutableBytes { try unsafe arena.read(into: $0, at: place) }
        #expect(read.allSatisfy { $0 == 0 })
    }

    @Test("Behind its end there is nothing to read, and before its beginning neither")
    func outside() throws {
        let arena = try MemoryArena(name: "test")
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(throws: SystemError.self) {
            try unsafe bytes.withUnsafeMutableBytes { try unsafe arena.read(into: $0, at: 0) }
        }
        #expect(throws: SystemError.self) {
            try unsafe bytes.withUnsafeMutableBytes { try unsafe arena.read(into: $0, at: -1) }
        }
        #expect(throws: SystemError.self) {
            try unsafe bytes.withUnsafeBytes { try unsafe arena.write($0, at: .max - 3) }
        }
    }
}
