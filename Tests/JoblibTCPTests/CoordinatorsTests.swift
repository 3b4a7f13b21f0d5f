// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import TestProcesses
import Testing

/// Coordinators that end, come back, and are two; numbers 65 to 67 of docs/security.md.
@Suite("Coordinators that fail", .timeLimit(.minutes(2)), .serialized)
struct CoordinatorsTests {
    private let probe = BuildProducts.program("tcp-probe")

    init() { registerTCPBackend() }

    private func start(_ arguments: [String], _ token: ClusterToken) throws -> (Process, Pipe) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = self.probe
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["JOBLIB_TOKEN": token.secretText]) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return (process, output)
    }

    private func run(_ arguments: [String], _ token: ClusterToken) throws -> String {
        let (process, output) = try self.start(arguments, token)
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test("The death of a coordinator ends what it has begun, and its host serves the next one")
    func death() throws {
        let token = ClusterToken.generate()
        let host = try HostRun.listening(slots: 2, token, program: self.probe)
        let rendezvous = Rendezvous()
        let (coordinator, _) = try self.start(["hold", "4", rendezvous.path, try host.address], token)
        try rendezvous.waitForBegun(2)
        let workers = rendezvous.begun.map(\.pid)
        kill(coordinator.processIdentifier, SIGKILL)
        #expect(ProcessState.haveEnded(workers, within: 15))
        #expect(rendezvous.begun.count == 2)
        let text = try self.run(["roots", "10", try host.address], token)
        #expect(text.hasPrefix("45.0"), "\(text) \(host.text)")
    }

    @Test("65: hosts that dial find a coordinator that was started again")
    func restart() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let host = try HostRun.dialling(address, slots: 2, token, program: self.probe)
        for round in 1...2 {
            let text = try self.run(["roots-of-those-who-dial", "10", address], token)
            #expect(text.hasPrefix("45.0"), "\(text) \(host.text)")
            try Rendezvous()
                .wait("it says so \(round) times, and no more") {
                    host.text.ranges(of: ": works for").count == round
                }
        }
    }

    @Test("66: a second coordinator of one host is told who has it")
    func two() throws {
        let hosts = try TestCluster(1, slots: 1)
        let rendezvous = Rendezvous()
        let call = BackgroundCall { try hosts.parallel(1)((0..<2).map { Delayed(Held($0, rendezvous)) }) }
        try rendezvous.waitForBegun(1)
        var second = hosts
        // Other settings are other connections.
        second.heartbeat = .milliseconds(150)
        let wait = BackendParameter.waitForWorkers(within: .seconds(1))
        let error = try #require(throws: ParallelError.self) {
            try second.parallel(nil, wait)([Delayed(Root(of: 1))])
        }
        #expect(error.code == .noWorkers && error.detail.contains("none came"), "\(error)")
        #expect(error.detail.contains("works for") && error.detail.contains(":\(getpid())"), "\(error)")
        rendezvous.open()
        #expect(try call.value().count == 2)
    }

    @Test("67: a straggler runs a second time elsewhere when that is asked for, and counts once")
    func straggler() throws {
        let hosts = try TestCluster(2, slots: 1)
        let rendezvous = Rendezvous()
        for index in 1..<8 { rendezvous.open(index) }
        // Workers that are up begin what they are given first, and do not give it back when the other one has nothing to do.
        #expect(try hosts.isWell(2))
        let call = BackgroundCall {
            try hosts.parallel(2, .speculative(true))((0..<8).map { Delayed(Held($0, rendezvous)) })
        }
        try rendezvous.wait("task 0 begins twice") { rendezvous.begun.count { $0.index == 0 } == 2 }
        let runners = rendezvous.begun.filter { $0.index == 0 }.map(\.pid)
        #expect(Set(runners).count == 2)
        // The other one never ends by itself.
        rendezvous.open(0, in: runners[1])
        let pids = try call.value()
        #expect(pids[0] == runners[1])
        // By itself, when it hears of that, or with its worker, which a call that is over does not wait for.
        try rendezvous.wait("the other one is cancelled") {
            rendezvous.isCancelled(0, in: runners[0]) || kill(runners[0], 0) != 0
        }
        #expect(!rendezvous.isCancelled(0, in: runners[1]))
        #expect(rendezvous.begun.count >= 9)
        #expect(try hosts.isWell(2))
    }
}

#endif
