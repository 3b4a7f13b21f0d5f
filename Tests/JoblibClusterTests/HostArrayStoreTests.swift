// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWorkers
import Testing

@testable import JoblibCluster
@testable import JoblibWorkers

/// An array of this process that workers would copy.
private func copied(_ number: UInt64, _ byteCount: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    let reference = RelayedArray.reference(number, byteCount: byteCount)
    let isThere = bytes.withUnsafeMutableBytes {
        (try? RelayedArray.read(reference, of: ThisProcess.id, into: $0)) != nil
    }
    return isThere ? bytes : nil
}

/// Memory of this process that workers would map.
private func found(_ name: String) -> [UInt8]? {
    guard let file = try? OpenFile(sealedMemoryNamed: name, of: ThisProcess.id) else { return nil }
    return try? file.bytes(at: 0, count: (try? file.status())?.byteCount ?? 0)
}

extension HostArrayStore {
    fileprivate mutating func take(
        _ piece: [UInt8],
        of number: UInt64,
        byteCount: UInt64,
        isMapped: Bool = false
    ) throws {
        try self.take(piece.span.bytes, of: number, byteCount: byteCount, isMapped: isMapped)
    }
}

@Suite("The arrays on a host")
struct HostArrayStoreTests {
    private var number = UInt64.random(in: 1...(.max - 100))

    @Test("are found once they are whole, and not after they are forgotten", arguments: [false, true])
    func pieces(isMapped: Bool) throws {
        var store = HostArrayStore(.init(byteCount: 100))
        let all: [UInt8] = [1, 2, 3, 4, 5]
        for piece in [all[..<2], all[2..<3], all[3...]] {
            #expect(copied(self.number, 5) == nil)
            try store.take(Array(piece), of: self.number, byteCount: 5, isMapped: isMapped)
        }
        #expect(copied(self.number, 5) == all)
        #expect(copied(self.number, 4) == nil && copied(self.number + 1, 5) == nil)
        #expect(found(RelayedArray.name(self.number)) == (isMapped ? all : nil))
        #expect(store.byteCount == 5)
        store.forget(self.number, at: 0)
        store.forget(self.number, at: 0)
        #expect(copied(self.number, 5) == nil && found(RelayedArray.name(self.number)) == nil)
        #expect(store.byteCount == 0 && store.isEmpty)
        #expect(store.spareByteCount == (isMapped ? 0 : 5))
    }

    @Test("have their memory used again by the next ones, for a while")
    func spares() throws {
        var store = HostArrayStore(.init(byteCount: 100))
        func take(_ bytes: [UInt8], _ number: UInt64, isMapped: Bool = false) throws {
            try store.take(bytes, of: self.number + number, byteCount: UInt64(bytes.count), isMapped: isMapped)
        }
        func descriptors() -> Int { OpenFile.memories(named: RelayedBuffer.name, of: ThisProcess.id).count }
        let before = descriptors()
        try take([1, 2, 3], 0)
        store.forget(self.number, at: 0)
        #expect(store.spareByteCount == 3 && descriptors() == before + 1)
        // What is larger has no room there, and what is mapped would see the next one.
        try take([4, 5, 6, 7], 1)
        try take([8], 2, isMapped: true)
        #expect(store.spareByteCount == 3 && descriptors() == before + 2)
        try take([9, 9], 3)
        #expect(store.spareByteCount == 0 && descriptors() == before + 2)
        #expect(copied(self.number + 1, 4) == [4, 5, 6, 7] && copied(self.number + 3, 2) == [9, 9])
        // What it takes is what there is, not what of it is used.
        #expect(store.byteCount == 4 + 1 + 3)
        store.forget(self.number + 3, at: 5)
        store.freeOld(at: 9_000_000_000)
        #expect(store.spareByteCount == 3)
        store.freeOld(at: 11_000_000_000)
        #expect(store.spareByteCount == 0 && descriptors() == before + 1)
    }

    @Test("are not mistaken for the next one by whoever is about to copy them")
    func reuse() throws {
        var store = HostArrayStore(.init(byteCount: 100))
        try store.take([1, 2], of: self.number, byteCount: 2)
        let reader = RelayedBuffer.Places().find(self.number, byteCount: 2, of: ThisProcess.id)
        store.forget(self.number, at: 0)
        try store.take([3, 4], of: self.number + 1, byteCount: 2)
        let found = reader != nil
        try #require(found)
        var bytes: [UInt8] = [0, 0]
        let isThere = bytes.withUnsafeMutableBytes { reader?.read(into: $0) ?? true }
        #expect(!isThere)
    }

    @Test("that are kept for others leave room for those that come")
    func roomOfSpares() throws {
        var store = HostArrayStore(.init(count: 2, byteCount: 10))
        try store.take([1, 2, 3, 4, 5, 6], of: self.number, byteCount: 6)
        store.forget(self.number, at: 0)
        try store.take([1, 2, 3, 4, 5, 6, 7], of: self.number + 1, byteCount: 7)
        #expect(copied(self.number + 1, 7) == [1, 2, 3, 4, 5, 6, 7])
        #expect(store.spareByteCount == 0 && store.byteCount == 7)
        store.forget(self.number + 1, at: 0)
        // Of descriptors there are two.
        for more in UInt64(2)...3 { try store.take([8], of: self.number + more, byteCount: 1, isMapped: true) }
        #expect(store.spareByteCount == 0)
        #expect(copied(self.number + 2, 1) == [8] && copied(self.number + 3, 1) == [8])
    }

    @Test("leave room that a smaller one does not need where it has come to a larger one's place")
    func slack() throws {
        var store = HostArrayStore(.init(byteCount: 1 << 20))
        let (large, small) = ([UInt8](repeating: 1, count: 600_000), [UInt8](repeating: 2, count: 5000))
        let next = [UInt8](repeating: 3, count: 700_000)
        try store.take(large, of: self.number, byteCount: 600_000)
        store.forget(self.number, at: 0)
        try store.take(small, of: self.number + 1, byteCount: 5000)
        #expect(store.byteCount == 600_000)
        try store.take(next, of: self.number + 2, byteCount: 700_000)
        #expect(store.byteCount == 705_000)
        #expect(copied(self.number + 1, 5000) == small && copied(self.number + 2, 700_000) == next)
        // And again where a part of it was written before.
        store.forget(self.number + 1, at: 0)
        try store.take(small, of: self.number + 3, byteCount: 5000)
        #expect(copied(self.number + 3, 5000) == small)
    }

    @Test("take no more than there may be: what is too much is left out, and the reason is there")
    func room() throws {
        var store = HostArrayStore(.init(count: 3, byteCount: 10, knownCount: 7))
        try store.take([1], of: self.number, byteCount: 9)
        for (other, total) in [(self.number + 1, UInt64(2)), (self.number + 2, UInt64(Int.max))] {
            try store.take([1], of: other, byteCount: total)
            #expect(found(RelayedArray.name(other)) == nil)
            let reason = found(RelayedArray.refusalName(other)).map { String(decoding: $0, as: UTF8.self) }
            #expect(reason?.contains("10 bytes of them are kept at most, and others have 9") == true)
        }
        #expect(store.byteCount == 9)
        try store.take([1], of: self.number + 3, byteCount: 1)
        #expect(found(RelayedArray.refusalName(self.number + 3)) != nil)
        for more in UInt64(4)..<7 { try store.take([1], of: self.number + more, byteCount: 1) }
        // Of twice as many as there may be there is the reason, and of more not even that.
        #expect(
            found(RelayedArray.refusalName(self.number + 5)).map { String(decoding: $0, as: UTF8.self) }?
                .contains("ulimit -n") == true
        )
        #expect(found(RelayedArray.refusalName(self.number + 6)) == nil)
        #expect(throws: HostArrayStore.Nonsense.self) { try store.take([1], of: self.number + 7, byteCount: 1) }
        store.forgetAll()
        #expect(found(RelayedArray.refusalName(self.number + 3)) == nil)
    }

    @Test("take no more than half of the descriptors that the process may have")
    func descriptors() {
        #expect(HostArrayStore.Limits.count(ofDescriptors: 256) == 64)
        #expect(HostArrayStore.Limits.count(ofDescriptors: 1 << 20) == 1024)
        #expect(HostArrayStore.Limits.count(ofDescriptors: nil) == 1024)
    }

    @Test("are refused that cannot be")
    func nonsense() throws {
        var store = HostArrayStore(.init(byteCount: 100))
        func refuses(_ piece: [UInt8], _ byteCount: UInt64) -> Bool {
            (try? store.take(piece, of: self.number, byteCount: byteCount)) == nil
        }
        #expect(refuses([1], 0) && refuses([], 1) && refuses([1, 2], 1) && refuses([1], .max))
        try store.take([1, 2], of: self.number, byteCount: 3)
        #expect(refuses([3], 4) && refuses([3, 4], 3))
        try store.take([3], of: self.number, byteCount: 3)
        #expect(refuses([4], 3))
    }
}
