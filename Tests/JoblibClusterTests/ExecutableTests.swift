// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCluster
import Testing

@Suite("Executables on their way", .timeLimit(.minutes(1)))
struct ExecutableTests {
    private static let offer = ExecutableOffer(name: "p", byteCount: 300_000, hash: [UInt8](repeating: 10, count: 32))

    @Test("Pieces are taken one behind the other, and nothing else is")
    func assembly() throws {
        var assembly = ExecutableAssembly(Self.offer)
        for (position, count) in [(1, 1), (0, 0), (0, ExecutableAssembly.largestPiece + 1), (.max, 1)]
            as [(UInt64, Int)]
        {
            #expect(throws: ExecutableAssembly.Fault.self) { try assembly.add(position, byteCount: count) }
        }
        try assembly.add(0, byteCount: ExecutableAssembly.largestPiece)
        #expect(!assembly.isComplete)
        #expect(throws: ExecutableAssembly.Fault.self) { try assembly.add(0, byteCount: 1) }
        #expect(throws: ExecutableAssembly.Fault.self) {
            try assembly.add(assembly.byteCount, byteCount: ExecutableAssembly.largestPiece)
        }
        try assembly.add(assembly.byteCount, byteCount: 300_000 - ExecutableAssembly.largestPiece)
        #expect(assembly.isComplete)
        #expect(throws: ExecutableAssembly.Fault.self) { try assembly.add(300_000, byteCount: 1) }
    }

    @Test("S16: an offer that cannot be is none")
    func offers() {
        for (count, hash) in [(0, 32), (1 << 41, 32), (1, 31), (1, 33)] as [(UInt64, Int)] {
            let offer = ExecutableOffer(name: "p", byteCount: count, hash: [UInt8](repeating: 0, count: hash))
            #expect(HostMessage(HostMessage.offer(offer).frame) == nil)
        }
        #expect(Self.offer.key == String(repeating: "0a", count: 32))
        let moving = ExecutableOffer(name: "p\u{1b}[2J", byteCount: 1, hash: Self.offer.hash)
        guard case .offer(let read) = HostMessage(HostMessage.offer(moving).frame) else {
            Issue.record("it is none")
            return
        }
        #expect(read.name == "p?[2J")
    }

    @Test(
        "What was not used for longest makes room, and no more than it takes",
        arguments: [
            (0, 100, []), (10, 100, []), (11, 100, ["b"]), (40, 100, ["b"]), (41, 100, ["b", "a"]),
            (100, 100, ["b", "a", "c"]), (200, 100, ["b", "a", "c"]), (0, 50, ["b", "a"]), (0, 60, ["b"]),
        ] as [(UInt64, UInt64, [String])]
    )
    func eviction(_ byteCount: UInt64, _ limit: UInt64, _ removed: [String]) {
        let entries = [("a", 30, 2), ("b", 30, 1), ("c", 30, 3)]
            .map { CacheEviction.Entry(name: $0.0, byteCount: $0.1, lastUse: $0.2) }
        #expect(CacheEviction(entries, makingRoomFor: byteCount, limit: limit).removed == removed)
    }
}
