// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import JoblibPOSIX
import Testing

@testable import JoblibWorkers

@Suite("Messages in a ring")
struct RingMessagesTests {
    @Test("that are larger than it come as they were sent, in no more room than they need", .timeLimit(.minutes(1)))
    func largeMessages() throws {
        let place = SharedRingPlace(offset: 0, capacity: 4096)
        let memory = try SharedMemoryFile(name: "joblib-test", byteCount: place.byteCount)
        var sender = RingSender(SharedRingWriter(memory, place))
        var receiver = RingReceiver(SharedRingReader(memory, place))
        let sizes = [0, 5000, 1, 3 << 20, 100]
        let sent = sizes.enumerated()
            .map { number, size in
                WorkerFrame(.answer, UInt64(number), (0..<size).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) })
            }
        for frame in sent { sender.send(frame) }
        var received: [WorkerFrame] = []
        while received.count < sent.count {
            let frame = receiver.next()
            if let frame { received.append(frame) }
            // What is neither received nor sent is lost.
            try #require(sender.flush() || frame != nil || receiver.hasMadeRoom)
            receiver.hasMadeRoom = false
        }
        #expect(received.map(\.number) == sent.map(\.number))
        #expect(received.map(\.bytes) == sent.map(\.bytes))
        #expect(received.allSatisfy { $0.bytes.capacity < $0.bytes.count + (64 << 10) })
        #expect(sender.isEmpty && !sender.isBroken && !receiver.isBroken)
    }
}
