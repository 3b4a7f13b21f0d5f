// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import JoblibPOSIX
import Synchronization
import Testing

@Suite("A channel of messages", .timeLimit(.minutes(1)))
struct MessageChannelTests {
    /// Two ends of a socket.
    private static func pair() -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("Messages of any size arrive whole and in order, until the sender closes")
    func roundTrip() async throws {
        let (one, other) = Self.pair()
        let sender = try MessageChannel(reading: one, writing: one)
        let receiver = try MessageChannel(reading: other, writing: other)
        let messages = [0, 1, 65_528, 65_529, 3_000_000, 5]
            .map { size in (0..<size).map { UInt8(truncatingIfNeeded: $0) } }
        Thread.detachNewThread { sender.run(largest: 1 << 30) { _ in } }
        for message in messages { sender.send(message) }
        sender.close()
        let received = Mutex<[[UInt8]]>([])
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                receiver.run(largest: 1 << 30) { message in received.withLock { $0.append(message) } }
                continuation.resume()
            }
        }
        #expect(received.withLock { $0 } == messages)
    }

    @Test("A message that claims to be too large ends the conversation before memory is taken for it")
    func tooLarge() async throws {
        let (one, other) = Self.pair()
        let channel = try MessageChannel(reading: one, writing: one)
        let header: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0x80]
        #expect(unsafe write(other, header, header.count) == header.count)
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                channel.run(largest: 1 << 20) { _ in Issue.record("a message of 2^63 bytes") }
                continuation.resume()
            }
        }
        close(other)
    }

    @Test("One that is closed ends in time, though the other side never reads")
    func deaf() async throws {
        let (one, other) = Self.pair()
        let channel = try MessageChannel(reading: one, writing: one)
        channel.send([UInt8](repeating: 1, count: 32 << 20))
        channel.close()
        let start = MonotonicClock.now
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                channel.run(largest: 1 << 20) { _ in }
                continuation.resume()
            }
        }
        // Five times what is promised.
        #expect(MonotonicClock.now - start < 25_000_000_000)
        close(other)
    }
}
