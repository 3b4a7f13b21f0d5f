// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibCore
import JoblibWire
import Synchronization
import Testing

@testable import JoblibCluster

@Suite("The arrays of a call")
struct HostArraysTests {
    /// What of a call has ended.
    private final class Ended: Sendable {
        let numbers = Mutex<[UInt64]>([])

        var count: Int { self.numbers.withLock { $0.count } }
    }

    private func makeArrays(_ ended: Ended) -> HostArrays {
        let arrays = HostArrays(CallID(relayed: .random(in: 1 << 40..<1 << 60)), unsharedUpTo: 16, nil)
        arrays.listen { number in ended.numbers.withLock { $0.append(number) } }
        return arrays
    }

    private func encode(_ values: [[Int]], _ arrays: HostArrays) throws -> ([HostArray], (@Sendable () -> Void)?) {
        arrays.beginBatch()
        for value in values { _ = try BinaryCoder(trust: .none, arrays: arrays).encode(value) }
        let didEnd = arrays.endBatch()
        return (arrays.takeBatch(), didEnd)
    }

    @Test("are known by where they are, and by their content; small ones travel with the rest")
    func identity() throws {
        let arrays = self.makeArrays(Ended())
        let (one, equal, other) = (Array(0..<1000), Array(0..<1000), Array(1..<1001))
        let (first, _) = try self.encode([one, one, [1], equal], arrays)
        #expect(Set(first.map(\.number)).count == 1)
        let (second, _) = try self.encode([one, other], arrays)
        #expect(second.contains { $0 === first[0] } && second.count == 2)
        #expect(arrays.takeBatch().isEmpty)
        let (none, didEnd) = try self.encode([[2]], arrays)
        #expect(none.isEmpty && didEnd == nil)
        #expect(first[0].byteCount == 8000)
        #expect(unsafe first[0].withBytes(8..<16) { unsafe $0.load(as: Int.self) } == 1)
    }

    @Test("end when no batch has referred to them for a while, and when their call does")
    func ends() throws {
        let ended = Ended()
        let arrays = self.makeArrays(ended)
        for number in 0..<40 {
            let (batch, didEnd) = try self.encode([Array(number..<number + 1000)], arrays)
            #expect(batch.count == 1)
            didEnd?()
        }
        #expect(25..<40 ~= ended.count)
        var (batch, didEnd) = try self.encode([Array(0..<5000)], arrays)
        arrays.end()
        #expect(ended.count == 40)
        #expect(batch[0].isObsolete)
        batch = []
        #expect(ended.count == 41)
        didEnd?()
        didEnd = nil
        let (late, _) = try self.encode([Array(0..<6000)], arrays)
        #expect(late.isEmpty)
    }

    @Test func `As many batches as one likes ask to be told of arrays that end`() {
        let arrays = HostArrays(CallID(relayed: .random(in: 1 << 40..<1 << 60)), unsharedUpTo: 16, nil)
        // Each used to wrap what is told once more, until the end of all that overflowed the stack.
        for batch in 0..<400_000 { arrays.listen { _ in #expect(batch == 0) } }
    }
}
