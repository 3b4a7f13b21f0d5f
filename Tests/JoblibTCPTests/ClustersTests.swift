// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Joblib
import JoblibCluster
import JoblibPOSIX
import Synchronization
import Testing

@testable import JoblibTCP

/// What is kept of clusters, and what is not when they cannot begin.
@Suite("Clusters that are kept", .timeLimit(.minutes(1)), .serialized)
struct ClustersTests {
    private final class Thing: Sendable {}

    init() { registerTCPBackend() }

    @Test("While one is made that takes long, others are found, and only who asks for the same waits")
    func making() throws {
        let kept = KeptObjects<Int, Thing>()
        let (begun, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let made = Atomic<Int>(0)
        let slow: @Sendable () throws -> Thing = {
            made.wrappingAdd(1, ordering: .relaxed)
            begun.signal()
            mayEnd.wait()
            return Thing()
        }
        let first = BackgroundCall { try kept.find(1, make: slow) }
        begun.wait()
        let second = BackgroundCall { try kept.find(1, make: slow) }
        let other = try kept.find(2) { Thing() }
        #expect(kept.all.map { $0.0 } == [2])
        #expect(try kept.find(2) { Thing() } === other)
        #expect(!first.isOver && !second.isOver)
        mayEnd.signal()
        let thing = try first.value()
        #expect(try second.value() === thing && made.load(ordering: .relaxed) == 1)
    }

    @Test("One that could not be made is made by the next one, and one that is in use is not taken out")
    func failures() throws {
        struct Meant: Error {}
        let kept = KeptObjects<Int, Thing>()
        #expect(throws: Meant.self) { try kept.find(1) { throw Meant() } }
        let thing = try kept.find(1) { Thing() }
        #expect(!kept.remove(thing, of: 1) { _ in false })
        #expect(kept.remove(thing, of: 1) { _ in true })
        #expect(!kept.remove(thing, of: 1) { _ in true })
        #expect(try kept.find(1) { Thing() } !== thing)
    }

    @Test("One that cannot begin leaves no thread behind, whatever it is that fails", arguments: [true, false])
    func threads(_ isDriver: Bool) throws {
        struct Meant: Error {}
        let token = ClusterToken.generate()
        let listener = try HostRun.listening(token)
        let settings = try TCPSettings(
            BackendRequest(name: "tcp", parameters: [.listen(try listener.address), .token(token)])
        )
        func fail() {
            #expect(throws: (any Error).self) {
                guard isDriver else {
                    _ = try Cluster.begin(settings) { _ in false }
                    return
                }
                _ = try Cluster.begin(settings, makeDriver: { _, _, _ in throw Meant() }, isForgotten: { _ in false })
            }
        }
        fail()
        let before = ProcessHoldings().threads
        for _ in 0..<10 { fail() }
        // Threads that take results in look once a second whether there is anything left for them to do.
        try Rendezvous().wait("threads end") { ProcessHoldings().threads <= before }
    }
}

#endif
