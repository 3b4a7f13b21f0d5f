// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Synchronization
import Testing

/// A value whose decoding does what a test says, in the process that has the loop.
struct Elaborate: Codable, Sendable, Equatable {
    static let decoding = Mutex<(@Sendable () throws -> Void)?>(nil)

    var number: Int

    init(number: Int) { self.number = number }

    init(from decoder: any Decoder) throws {
        self.number = try decoder.singleValueContainer().decode(Int.self)
        try Self.decoding.withLock { $0 }?()
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.number)
    }
}

/// Makes one.
struct MakeElaborate: PortableTask {
    var number: Int
    var milliseconds: UInt32 = 0

    func run() -> Elaborate {
        usleep(self.milliseconds * 1000)
        return Elaborate(number: self.number)
    }
}

/// Results whose decoding takes its time, or needs the hosts itself.
@Suite("Values that are decoded", .timeLimit(.minutes(2)), .serialized)
struct DecodingTests {
    private let cluster: TestCluster

    init() throws {
        registerTCPBackend()
        self.cluster = try TestCluster(2, slots: 2)
    }

    @Test("A value that takes its time holds up no other call on the same hosts", arguments: [0, 300])
    func slow(_ milliseconds: UInt32) throws {
        let rendezvous = Rendezvous()
        Elaborate.decoding.withLock { decoding in
            decoding = {
                close(creat("\(rendezvous.path)/decoding", 0o600))
                try rendezvous.wait("it may go on") { access("\(rendezvous.path)/go", F_OK) == 0 }
            }
        }
        defer { Elaborate.decoding.withLock { $0 = nil } }
        // The caller takes in by itself what comes at once, and is asleep when the rest comes.
        let call = BackgroundCall { [cluster] in
            try cluster.parallel(4)([Delayed(MakeElaborate(number: 1, milliseconds: milliseconds))])
        }
        try rendezvous.wait("the value is decoded") { access("\(rendezvous.path)/decoding", F_OK) == 0 }
        let other = BackgroundCall { [cluster] in try cluster.isWell(4) }
        #expect(try other.value(within: 20))
        let napping = BackgroundCall { [cluster] in
            try cluster.parallel(4)((0..<8).map { _ in Delayed(WorkerPID(milliseconds: 50)) }).count
        }
        #expect(try napping.value(within: 20) == 8)
        #expect(!call.isOver)
        rendezvous.open()
        #expect(try call.value(within: 20) == [Elaborate(number: 1)])
    }

    @Test("A value may run a loop on the same hosts while it is decoded", arguments: [0, 300])
    func nested(_ milliseconds: UInt32) throws {
        let count = Mutex(0)
        Elaborate.decoding.withLock { decoding in
            decoding = { [cluster] in
                guard try cluster.isWell(4) else { throw HostFault(description: "other values") }
                count.withLock { $0 += 1 }
            }
        }
        defer { Elaborate.decoding.withLock { $0 = nil } }
        let call = BackgroundCall { [cluster] in
            try cluster.parallel(4)(
                (0..<4).map { Delayed(MakeElaborate(number: $0, milliseconds: milliseconds)) }
            )
        }
        #expect(try call.value(within: 30).map(\.number) == [0, 1, 2, 3])
        #expect(count.withLock { $0 } == 4)
    }

    @Test("A value may run a loop in the very pool whose result it is, and that one's another", arguments: [0, 300])
    func inOnePool(_ milliseconds: UInt32) throws {
        let numbers = Mutex<[Int]>([])
        let call = BackgroundCall { [cluster] in
            try cluster.parallel(4)
                .withPool { pool in
                    let deepest: @Sendable () throws -> Void = {
                        let roots = try pool((0..<20).map { Delayed(Root(of: Double($0 * $0))) })
                        numbers.withLock { $0.append(roots.count) }
                    }
                    let middle: @Sendable () throws -> Void = {
                        Elaborate.decoding.withLock { $0 = deepest }
                        let values = try pool((5..<7).map { Delayed(MakeElaborate(number: $0)) })
                        numbers.withLock { $0 += values.map(\.number) }
                    }
                    Elaborate.decoding.withLock { $0 = middle }
                    defer { Elaborate.decoding.withLock { $0 = nil } }
                    let tasks = (0..<4).map { Delayed(MakeElaborate(number: $0, milliseconds: milliseconds)) }
                    return try pool(tasks).map(\.number)
                }
        }
        #expect(try call.value(within: 60) == [0, 1, 2, 3])
        let seen = numbers.withLock { $0 }
        #expect(seen.contains(5) && seen.contains(6) && seen.contains(20), "\(seen)")
    }
}

#endif
