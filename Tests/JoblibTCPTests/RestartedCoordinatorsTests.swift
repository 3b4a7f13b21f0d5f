// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Glibc
import Joblib
import JoblibTCP
import Synchronization
import TestProcesses
import Testing

/// Coordinators that are killed and started again, and two that want the same hosts at once; numbers 65 and 66 of docs/security.md.
@Suite("Coordinators that come again", .timeLimit(.minutes(2)), .serialized)
struct RestartedCoordinatorsTests {
    init() { registerTCPBackend() }

    /// `tcp-probe`, which runs tasks until there is a file.
    private final class Coordinator: Sendable {
        private let process = Process()
        private let output = Mutex("")

        init(at address: String, until file: String, _ token: ClusterToken) throws {
            let pipe = Pipe()
            self.process.executableURL = BuildProducts.program("tcp-probe")
            self.process.arguments = ["stream", file, "4", "30", "listen", address]
            self.process.environment =
                ProcessInfo.processInfo.environment.merging(["JOBLIB_TOKEN": token.secretText]) { $1 }
            self.process.standardOutput = pipe
            self.process.standardError = pipe
            pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
                let data = handle.availableData
                if data.isEmpty { handle.readabilityHandler = nil }
                self?.output.withLock { $0 += String(decoding: data, as: UTF8.self) }
            }
            try self.process.run()
        }

        deinit { self.kill() }

        func kill() { Glibc.kill(self.process.processIdentifier, SIGKILL) }

        var text: String { self.output.withLock { $0 } }

        /// Where each task whose result it has got was run.
        var workers: [Substring] { self.text.matches(of: /task \d+ on (\S+)/).map(\.output.1) }
    }

    @Test(
        "65: a coordinator that is killed in the middle of a call is found again by its hosts, which bring nothing of the old call"
    )
    func killed() throws {
        let token = ClusterToken.generate()
        let address = "127.0.0.1:\(Sockets.closedPort())"
        let rendezvous = Rendezvous()
        let file = "\(rendezvous.path)/last"
        let program = BuildProducts.program("tcp-probe")
        let hosts = try (0..<2).map { _ in try HostRun.dialling(address, slots: 2, token, program: program) }
        for round in 1...3 {
            let coordinator = try Coordinator(at: address, until: file, token)
            try rendezvous.wait("all workers have done something: \(hosts.map(\.text)), \(coordinator.text)") {
                Set(coordinator.workers).count == 4
            }
            guard round < 3 else {
                close(creat(file, 0o600))
                try rendezvous.wait("it ends: \(coordinator.text)") {
                    coordinator.text.contains("right: ") || coordinator.text.contains("WRONG")
                }
                #expect(coordinator.text.contains("tasks, each once"), "\(coordinator.text)")
                break
            }
            coordinator.kill()
            for host in hosts {
                try rendezvous.wait("it is missed") { host.text.ranges(of: "no longer works for").count >= round }
            }
        }
        for host in hosts { #expect(host.text.ranges(of: ": works for").count == 3, "\(host.text)") }
    }

    @Test("66: two coordinators that want the same hosts at once get their own results, one after the other")
    func race() throws {
        let hosts = try TestCluster(2, slots: 1)
        // Other intervals are other connections, and other coordinators to a host.
        let calls = (0..<3)
            .map { number in
                var cluster = TestCluster(hosts.addresses, hosts.token)
                cluster.heartbeat = .milliseconds(500 + 50 * number)
                return BackgroundCall { [cluster] in
                    try (0..<3)
                        .map { round in
                            let tasks = (0..<20)
                                .map { Delayed(Flaky(index: 1000 * number + 100 * round + $0, failures: 0)) }
                            return try cluster.parallel(1)(tasks)
                        }
                }
            }
        for (number, call) in calls.enumerated() {
            let expected = (0..<3).map { round in (0..<20).map { 1000 * number + 100 * round + $0 } }
            #expect(try call.value() == expected)
        }
        for host in hosts.hosts { #expect(!host.text.contains("makes no sense"), "\(host.text)") }
    }
}

#endif
