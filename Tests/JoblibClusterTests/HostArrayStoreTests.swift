// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import JoblibWorkers
import Testing

@testable import JoblibCluster

/// Memory of this process that workers would find.
private func found(_ name: String) -> [UInt8]? {
    guard let file = try? OpenFile(sealedMemoryNamed: name, of: ThisProcess.id) else { return nil }
    return try? file.bytes(at: 0, count: (try? file.status())?.byteCount ?? 0)
}

extension HostArrayStore {
    fileprivate mutating func take(_ piece: [UInt8], of number: UInt64, byteCount: UInt64) throws {
        try self.take(piece.span.bytes, of: number, byteCount: byteCount)
    }
}

@Suite("The arrays on a host")
struct HostArrayStoreTests {
    private var number = UInt64.random(in: 1...(.max - 100))

    @Test("are found by name once they are whole, and not after they are forgotten")
    func pieces() throws {
        var store = HostArrayStore(.init(byteCount: 100))
        try store.take([1, 2], of: self.number, byteCount: 5)
        #expect(found(RelayedArray.name(self.number)) == nil)
        try store.take([3], of: self.number, byteCount: 5)
        try store.take([4, 5], of: self.number, byteCount: 5)
        #expect(found(RelayedArray.name(self.number)) == [1, 2, 3, 4, 5])
        #expect(store.byteCount == 5)
        store.forget(self.number)
        store.forget(self.number)
        #expect(found(RelayedArray.name(self.number)) == nil)
        #expect(store.byteCount == 0 && store.isEmpty)
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
