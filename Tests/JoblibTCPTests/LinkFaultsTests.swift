// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Testing

/// Links that are cut, silent, slow, or broken; numbers 57 to 64 and 68 of docs/security.md.
@Suite("Links that fail", .timeLimit(.minutes(2)), .serialized)
struct LinkFaultsTests {
    init() { registerTCPBackend() }

    @Test(
        "57, 58, 59: what a silent link was to bring runs elsewhere, and its workers go on when it is back",
        arguments: [[FaultProxy.Direction.toHost, .fromHost], [.toHost], [.fromHost]]
    )
    func silence(_ directions: [FaultProxy.Direction]) throws {
        let hosts = try TestCluster(2, slots: 1)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        var cluster = TestCluster([proxy.address, hosts.addresses[1]], hosts.token)
        cluster.heartbeat = .milliseconds(100)
        let rendezvous = Rendezvous()
        let host = try hosts.hosts[0].pid
        let call = BackgroundCall { [cluster] in try cluster.parallel(2)((0..<8).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.waitForBegun(2)
        let lost = try #require(rendezvous.begun.first { parentProcess(of: $0.pid) == host })
        proxy.stall(Set(directions))
        // Held back until then, it would be the end of the link that the coordinator sees, and no silence.
        try hosts.hosts[0].wait(for: "no longer works for")
        proxy.resume()
        try rendezvous.wait("its worker has another task") { rendezvous.begun.count { $0.pid == lost.pid } >= 2 }
        rendezvous.open()
        let pids = try call.value()
        #expect(pids.allSatisfy { $0 > 0 }, "a late answer has been taken: \(pids)")
        #expect(pids.contains(lost.pid))
        #expect(rendezvous.begun.count { $0.index == lost.index } == 2)
        #expect(hosts.hosts[0].text.ranges(of: "works for").count >= 3)
    }

    @Test("60, 64: a half-open link is noticed within its time, and a call that is left without hosts says so")
    func halfOpen() throws {
        let hosts = try TestCluster(1, slots: 1)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        var cluster = TestCluster([proxy.address], hosts.token)
        cluster.heartbeat = .milliseconds(100)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { [cluster] in
            try cluster.parallel(1, .hostTimeout(.milliseconds(300)))((0..<4).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.waitForBegun(1)
        let start = ContinuousClock.now
        proxy.stall()
        let error = try #require(throws: ParallelError.self) { try call.value() }
        #expect(error.code == .noWorkers && error.detail.contains("0.3 s"), "\(error)")
        // Three intervals of 0.1 s and the time for hosts, five times over.
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test("61: arguments and results that take fifty times the longest silence are slow, and not lost")
    func slow() throws {
        let count = 3_000_000
        // On a machine with much else to do a link may be silent for 300 ms, once or twice.
        for attempt in 1...3 {
            let hosts = try TestCluster(1, slots: 1)
            let proxy = try FaultProxy(to: hosts.addresses[0], FaultProxy.Script(bytesPerSecond: 400_000))
            defer { proxy.stop() }
            var cluster = TestCluster([proxy.address], hosts.token)
            cluster.heartbeat = .milliseconds(100)
            let start = ContinuousClock.now
            do {
                let values = try cluster.parallel(1)([Delayed(Bytes(count: count, seed: 3))])
                #expect(values == [Bytes(count: count, seed: 3).run()])
                #expect(try cluster.parallel(1)([Delayed(Sum(bytes: [UInt8](repeating: 1, count: count)))]) == [count])
            } catch let error as ParallelError {
                #expect(attempt < 3, "\(error)")
                continue
            }
            #expect(ContinuousClock.now - start > .milliseconds(50 * 300 - 1000))
            if proxy.connectionCount == 1 { return }
            #expect(attempt < 3, "\(hosts.hosts[0].text)")
        }
    }

    private static let tasks = (0..<40).map { Delayed(Bytes(count: 50, seed: $0)) }
    private static let results = (0..<40).map { Bytes(count: 50, seed: $0).run() }

    /// How many bytes go each way at least until the call of these tests is over: how many depends on what comes together.
    private func size(_ hosts: TestCluster) throws -> [Int] {
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        #expect(try TestCluster([proxy.address], hosts.token).parallel(2)(Self.tasks) == Self.results)
        return FaultProxy.Direction.allCases.map { proxy.byteCount($0) * 2 / 3 }
    }

    @Test(
        "62, S8: connections that end, or whose bytes are others, at any place, change no result",
        arguments: ["reset", "close", "flip", "drop", "duplicate"]
    )
    func anywhere(_ kind: String) throws {
        let hosts = try TestCluster(1, slots: 2)
        let size = try self.size(hosts)
        var generator = SeededGenerator(state: UInt64(kind.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }))
        let end = Date(timeIntervalSinceNow: 15)
        for round in 0..<8 where Date() < end {
            // The greeting is over after some 3 kB each way.
            let direction: FaultProxy.Direction = Bool.random(using: &generator) ? .toHost : .fromHost
            let offset = Int.random(in: round < 4 ? 0..<2500 : 2500..<size[direction.rawValue], using: &generator)
            let fault: FaultProxy.Fault =
                switch kind {
                case "reset": .reset
                case "close": .close
                case "flip": .flip(bit: .random(in: 0..<8, using: &generator))
                case "drop": .drop(.random(in: 1...20, using: &generator))
                default: .duplicate(.random(in: 1...20, using: &generator))
                }
            let script = FaultProxy.Script(faults: [(direction, offset, fault)], faultyConnections: 1)
            let proxy = try FaultProxy(to: hosts.addresses[0], script)
            defer { proxy.stop() }
            let cluster = TestCluster([proxy.address], hosts.token)
            do {
                #expect(try cluster.parallel(2)(Self.tasks) == Self.results, "\(direction) \(offset) \(fault)")
            } catch let error as ParallelError where error.code == .handshakeRejected && offset < 4000 {
                // Before it is known who is at the other end, other bytes are somebody else's.
                #expect(kind != "reset" && kind != "close", "\(direction) \(offset) \(fault): \(error)")
            }
            #expect(proxy.faultCount == 1, "\(direction) \(offset) \(fault)")
            if kind == "reset" || kind == "close" { #expect(proxy.connectionCount >= 2, "\(direction) \(offset)") }
            // The host has one coordinator at a time.
            proxy.stop()
        }
    }

    @Test(
        "62: a connection that ends at one place after the other of the greeting and of a call changes no result",
        arguments: FaultProxy.Direction.allCases
    )
    func everywhere(_ direction: FaultProxy.Direction) throws {
        let hosts = try TestCluster(1, slots: 2)
        let size = try self.size(hosts)[direction.rawValue]
        // At every byte without a network: `EveryByteTests`. Each of these keeps its event loop and connection for a while.
        for (number, offset) in stride(from: 0, to: size, by: max(1, size / 40)).enumerated() {
            let fault: FaultProxy.Fault = number.isMultiple(of: 2) ? .reset : .close
            let script = FaultProxy.Script(faults: [(direction, offset, fault)], faultyConnections: 1)
            let proxy = try FaultProxy(to: hosts.addresses[0], script)
            defer { proxy.stop() }
            do {
                let values =
                    try TestCluster([proxy.address], hosts.token).parallel(2, .hostTimeout(.seconds(10)))(Self.tasks)
                #expect(values == Self.results, "\(offset) \(fault)")
            } catch {
                Issue.record(
                    "\(offset) \(fault): \(error); \(proxy.connectionCount) connections; \(hosts.hosts[0].text.suffix(2000))"
                )
                return
            }
            #expect(proxy.faultCount == 1 && proxy.connectionCount >= 2, "\(offset) \(fault)")
        }
    }

    @Test("68: a host that is lost again and again is not wanted any more, and it is said why")
    func flaky() throws {
        let hosts = try TestCluster(2, slots: 1)
        let proxy = try FaultProxy(to: hosts.addresses[0])
        defer { proxy.stop() }
        var cluster = TestCluster([proxy.address, hosts.addresses[1]], hosts.token)
        cluster.heartbeat = .milliseconds(120)
        for _ in 0..<3 {
            #expect(try cluster.isWell(2))
            let count = proxy.connectionCount
            proxy.cut(.reset)
            // Who dials again has noticed, which a coordinator does while a call uses it.
            try Rendezvous()
                .wait("the host is dialled again") {
                    try cluster.isWell(1) && proxy.connectionCount > count
                }
        }
        #expect(try cluster.isWell(1))
        let wait = BackendParameter.waitForWorkers(atLeast: 2, within: .seconds(1))
        let error = try #require(throws: ParallelError.self) {
            try cluster.parallel(nil, wait)([Delayed(Root(of: 1))])
        }
        #expect(error.code == .noWorkers && error.detail.contains("1 came"), "\(error)")
        #expect(error.detail.contains(proxy.address) && error.detail.contains("not wanted"), "\(error)")
        // It dials less and less often.
        #expect(proxy.connectionCount < 20)
    }
}

/// The process that has started another one.
func parentProcess(of pid: Int32) -> Int32? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return nil }
    return text.split(separator: ")").last?.split(separator: " ").dropFirst().first.flatMap { Int32($0) }
}

/// Numbers that are the same each time; SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

#endif
