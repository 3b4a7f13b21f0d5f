// Copyright (c) 2026 the swift-joblib authors
// SPDX-License-Identifier: BSD-3-Clause

#if TCP

import Foundation
import Joblib
import JoblibTCP
import Testing

// What the README and the article on other hosts show; only with the trait there is anything to compile it against. It is run here
// with two hosts on this machine, the front page excepted, whose addresses are somebody else's.

/// A task by hand, as `@Portable` would write it.
struct Simulation: PortableTask {
    var steps: Int

    func run() throws -> Double { (1...self.steps).reduce(0) { $0 + 1 / Double($1) } }
}

private enum HostsSnippets {
    static func frontPage(_ someoneElsesLibrary: () throws -> [Double]) throws -> [Double] {
        registerTCPBackend()  // once, at the beginning of main
        return try parallelConfig(backend: "tcp", backendParams: [.workers(["10.0.0.5:7077", "10.0.0.6:7077"])]) {
            try someoneElsesLibrary()
        }
    }

    static func dial(_ hosts: [String]) throws -> [Double] {
        let tasks = (1...100).map { Delayed(Simulation(steps: $0)) }
        let sums = try parallelConfig(backend: "tcp", backendParams: [.workers(hosts)]) {
            try Parallel()(tasks)  // unset nJobs: all workers of all hosts
        }
        return sums
    }

    static func listen(_ address: String, _ tasks: [Delayed<Double>]) throws -> [Double] {
        let enough: BackendParameter = .waitForWorkers(atLeast: 4, within: .seconds(60))
        return try parallelConfig(backend: "tcp", backendParams: [.listen(address), enough]) {
            try Parallel()(tasks)
        }
    }

    static func slurm(_ tasks: [Delayed<Double>]) throws -> [Double] {
        try parallelConfig(backend: "tcp", backendParams: [.launch(.slurm(nodes: 2))]) {
            try Parallel()(tasks)  // on two nodes, which Slurm has back at the end of the scope
        }
    }

    static func once(_ hosts: [String], _ tasks: [Delayed<Double>]) throws -> [Double] {
        try parallelConfig(backend: "tcp", backendParams: [.workers(hosts), .idempotent(false)]) {
            try Parallel()(tasks)  // what was begun on a host that is lost fails, and does not run again
        }
    }

    static func speculate(_ hosts: [String], _ tasks: [Delayed<Double>]) throws -> [Double] {
        try parallelConfig(backend: "tcp", backendParams: [.workers(hosts), .speculative(true)]) {
            try Parallel()(tasks)  // the last ones may run twice at once
        }
    }

    static func impatient(_ hosts: [String], _ tasks: [Delayed<Double>]) throws -> [Double] {
        let times: [BackendParameter] = [.heartbeatInterval(.milliseconds(500)), .hostTimeout(.seconds(5))]
        return try parallelConfig(backend: "tcp", backendParams: [.workers(hosts)] + times) {
            try Parallel()(tasks)
        }
    }
}

@Suite("What the README and the article on other hosts show", .timeLimit(.minutes(1)), .serialized)
struct HostsSnippetsTests {
    private let tasks = (1...20).map { Delayed(Simulation(steps: $0)) }

    @Test("runs, on hosts that are launched")
    func launched() throws {
        registerTCPBackend()
        let tools = try FakeTools()
        #expect(try HostsSnippets.slurm(self.tasks) == Parallel(nJobs: 1)(self.tasks))
        #expect(tools.calls.contains { $0.hasPrefix("srun --nodes=2") })
    }

    @Test("runs, on hosts that are dialled")
    func dialled() throws {
        let token = ClusterToken.generate()
        let hosts = try (0..<2).map { _ in try HostRun.listening(token) }
        let addresses = try hosts.map { try $0.address }
        // As on every host: a file that its user alone can read, by the name in the environment.
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)").path
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        try #require(
            FileManager.default.createFile(atPath: file, contents: Data(token.secretText.utf8), attributes: attributes)
        )
        setenv("JOBLIB_TOKEN_FILE", file, 1)
        defer {
            unsetenv("JOBLIB_TOKEN_FILE")
            try? FileManager.default.removeItem(atPath: file)
        }
        registerTCPBackend()
        let expected = try Parallel(nJobs: 1)(self.tasks)
        let first = try HostsSnippets.dial(addresses).prefix(20)
        #expect(Array(first) == expected)
        let once = try HostsSnippets.once(addresses, self.tasks)
        #expect(once == expected)
        let twice = try HostsSnippets.speculate(addresses, self.tasks)
        #expect(twice == expected)
        // Calls with other times have connections of their own, and a host has one coordinator at a time.
        let another = try HostRun.listening(token)
        let soon = try HostsSnippets.impatient([another.address], self.tasks)
        #expect(soon == expected)
    }
}

#endif
